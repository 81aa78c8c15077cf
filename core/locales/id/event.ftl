# Kejadian pada lini masa.

event-undone = { $text } (perubahan dibatalkan)
event-actor-team = Tim kami
event-actor-you = Anda
event-actor-system = Sistem

event-status-open = terbuka
event-status-assigned = ditugaskan
event-status-in-progress = dikerjakan
event-status-on-hold = ditunda
event-status-completed = selesai
event-status-cancelled = dibatalkan

event-priority-critical = kritis
event-priority-high = tinggi
event-priority-normal = normal
event-priority-low = rendah

event-ticket-created =
    Dilaporkan { $channel ->
        [portal] melalui portal
        [whatsapp] melalui WhatsApp
        [phone] melalui telepon
        [monitoring] oleh pemantauan jaringan
       *[staff] oleh petugas
    }: { $title }
event-ticket-updated = Diubah: { $fields }
event-ticket-assigned = Ditugaskan kepada { $lead }
event-ticket-assigned-with = Ditugaskan kepada { $lead } bersama { $members }
event-ticket-unassigned = Penugasan dicabut
event-ticket-status-changed = Status dari { $from } menjadi { $to }
event-ticket-status-changed-why = Status dari { $from } menjadi { $to }: { $reason }
event-ticket-priority-changed = Prioritas dari { $from } menjadi { $to }
event-ticket-priority-changed-why = Prioritas dari { $from } menjadi { $to }: { $reason }
event-ticket-eta-set = Teknisi diperkirakan tiba { $eta }
event-ticket-eta-removed = Perkiraan kedatangan dihapus
event-ticket-commented = Komentar
event-ticket-noted = Catatan internal
event-ticket-file-attached = Berkas dilampirkan: { $name }
event-ticket-checklist-done = Selesai di daftar periksa: { $line }
event-ticket-checklist-reopened = Dibuka lagi di daftar periksa: { $line }
event-ticket-completed =
    { $intime ->
        [yes] Selesai tepat waktu
       *[no] Selesai
    }
event-ticket-cancelled = Dibatalkan: { $reason }
event-ticket-reopened = Dibuka kembali: { $reason }
event-ticket-rated = Dinilai { $rating } dari 5
event-ticket-rated-why = Dinilai { $rating } dari 5: { $comment }
event-ticket-merged = Digabungkan ke { $number }
event-ticket-parent-set = Ditempatkan di bawah tiket induk
event-ticket-parent-removed = Dilepas dari tiket induk

event-of-ticket = { $number }: { $text }

event-account-pending-installation = menunggu pemasangan
event-account-active = aktif
event-account-suspended = dihentikan sementara
event-account-terminated = berhenti
event-customer-created = Terdaftar sebagai pelanggan { $number }
event-customer-updated = Data diubah: { $fields }
event-customer-status-changed = Status layanan dari { $from } menjadi { $to }
event-customer-status-changed-why = Status layanan dari { $from } menjadi { $to }: { $reason }
event-customer-tagged = Label { $tag } dipasang
event-customer-untagged = Label { $tag } dilepas
event-customer-revealed = Data pribadi dilihat
event-customer-code-requested = Kode masuk portal diminta
event-customer-signed-in = Masuk ke portal
event-customer-sign-in-failed = Gagal masuk ke portal
event-customer-phone-change-requested = Meminta penggantian nomor
event-customer-phone-change-failed = Gagal mengganti nomor
event-customer-phone-changed = Nomor WhatsApp diganti
event-customer-signed-out = Keluar dari portal
event-message-received = Pesan dari pelanggan diterima
event-session-revoked = Sesi portal diakhiri

event-field-name = nama
event-field-phone = telepon
event-field-email = e-mail
event-field-pic-name = penanggung jawab
event-field-pic-phone = telepon penanggung jawab
event-field-address = alamat
event-field-latitude = koordinat
event-field-longitude = koordinat
event-field-notes = catatan
event-field-type = jenis
event-field-area-id = area
event-field-odp-id = ODP
event-field-odp-port = port ODP
event-field-package-id = paket
event-field-pppoe-username = pengguna PPPoE
event-field-ip-mode = jenis IP
event-field-ip-address = alamat IP
event-field-portal-enabled = akses portal
event-field-locale = bahasa
event-field-notify-whatsapp = kabar lewat WhatsApp
event-field-notify-email = kabar lewat e-mail
event-field-title = judul
event-field-description = uraian
event-field-category = kategori
event-field-preferred-at = jadwal pilihan pelanggan
event-field-contact-preference = cara menghubungi
event-field-enabled = dipakai
event-field-rank = urutan
event-field-limit = batas
event-field-window-s = jendela batas
event-field-concurrency = pesan sekaligus
event-field-daily-cap = batas harian
event-field-cost = biaya per pesan
event-field-auto-answers = jawaban otomatis
