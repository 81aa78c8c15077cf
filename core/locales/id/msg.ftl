# Pesan kepada pelanggan dan teknisi (WhatsApp dan surel).

msg-otp-login =
    Kode masuk { $business } Anda: *{ $code }*
    Atau buka: { $link }
    Berlaku { $minutes } menit. Jangan berikan kode ini kepada siapa pun, termasuk petugas kami.

msg-otp-phone =
    Kode untuk mengganti nomor WhatsApp akun { $business }: *{ $code }*
    Berlaku { $minutes } menit. Jangan berikan kode ini kepada siapa pun, termasuk petugas kami.
    Jika Anda tidak meminta penggantian nomor, abaikan pesan ini.

msg-ticket-created =
    Halo { $name }, laporan Anda sudah kami terima.
    Nomor tiket: *{ $number }*
    Perihal: { $title }
    Kami akan memberi kabar begitu ada perkembangan.
    { $business }

msg-ticket-assigned =
    Halo { $name }, tiket *{ $number }* sudah ditangani oleh { $technician }.
    { $business }

msg-ticket-status =
    Halo { $name }, status tiket *{ $number }* sekarang: { $status }.
    { $business }

msg-ticket-eta =
    Halo { $name }, teknisi untuk tiket *{ $number }* diperkirakan tiba { $eta }.
    { $business }

msg-ticket-comment =
    Halo { $name }, ada tanggapan untuk tiket *{ $number }*:
    { $comment }
    { $business }

msg-ticket-completed =
    Halo { $name }, tiket *{ $number }* sudah selesai dikerjakan.
    Mohon beri penilaian Anda di { $link }
    Terima kasih, { $business }

msg-ticket-cancelled =
    Halo { $name }, tiket *{ $number }* dibatalkan. Alasan: { $reason }
    { $business }

msg-ticket-merged =
    Halo { $name }, tiket *{ $number }* digabung ke { $into }. Perkembangannya kami kabarkan di tiket itu.
    { $business }

msg-technician-lead =
    { $name }, Anda memimpin tiket *{ $number }*.
    Perihal: { $title }
    Pelanggan: { $customer }, { $phone }
    Alamat: { $address }
    { $link }

msg-technician-member =
    { $name }, Anda membantu tiket *{ $number }*.
    Perihal: { $title }
    Pelanggan: { $customer }, { $phone }
    Alamat: { $address }
    { $link }

msg-technician-removed =
    { $name }, tiket *{ $number }* tidak lagi ditugaskan kepada Anda.
    Perihal: { $title }

msg-ticket-subject = Tiket { $number }

msg-staff-notice-subject = { $title }
msg-staff-notice =
    { $title }
    { $message }
    { $link }

msg-password-reset-subject = Atur ulang kata sandi { $business }
msg-password-reset =
    Halo { $name },

    Buka tautan ini dalam { $minutes } menit untuk membuat kata sandi baru:
    { $link }

    Jika Anda tidak memintanya, abaikan surel ini; kata sandi Anda tidak berubah.

msg-status-open = Terbuka
msg-status-assigned = Ditugaskan
msg-status-in-progress = Sedang dikerjakan
msg-status-on-hold = Ditunda
msg-status-completed = Selesai
msg-status-cancelled = Dibatalkan

# Tanda pada pesan percobaan.
msg-test-mark = [UJI COBA]

msg-otp-registration =
    Kode verifikasi pendaftaran { $business }: *{ $code }*
    Berlaku { $minutes } menit. Jangan berikan kode ini kepada siapa pun, termasuk petugas kami.

msg-registration-received-subject = Pendaftaran { $number } kami terima
msg-registration-received =
    Halo { $name }, pendaftaran Anda untuk paket { $package } sudah kami terima.
    Nomor pendaftaran: *{ $number }*
    Ikuti perkembangannya di { $link }
    { $business }

msg-survey-schedule-subject = Jadwal survei { $number }
msg-survey-schedule =
    Halo { $name }, survei untuk pendaftaran *{ $number }* dijadwalkan pada { $schedule }.
    Alamat: { $address }
    Petugas: { $technician }
    Balas pesan ini jika Anda ingin mengganti jadwal.
    { $business }

msg-installation-schedule-subject = Jadwal pemasangan { $number }
msg-installation-schedule =
    Halo { $name }, pemasangan internet Anda dijadwalkan pada { $schedule }.
    Nomor: *{ $number }*
    Alamat: { $address }
    Teknisi: { $technician }
    Mohon ada orang dewasa di rumah. Balas pesan ini jika Anda ingin mengganti jadwal.
    { $business }

msg-installation-done-subject = Pemasangan selesai
msg-installation-done =
    Halo { $name }, pemasangan paket { $package } selesai dikerjakan oleh { $technician }.
    Nomor pelanggan: *{ $number }*
    Kami kabari begitu layanan Anda aktif.
    { $business }

msg-service-activated-subject = Layanan Anda sudah aktif
msg-service-activated =
    Halo { $name }, layanan internet Anda sudah aktif.
    Paket: { $package }
    Nomor pelanggan: *{ $number }*
    Tagihan, laporan gangguan, dan profil Anda ada di { $link }
    { $business }

msg-welcome-subject = Selamat datang di { $business }
msg-welcome =
    Selamat datang di { $business }, { $name }!
    Nomor pelanggan: *{ $number }*
    Paket: { $package }
    Masuk ke portal dengan nomor WhatsApp ini: { $link }
    Ada kendala? Balas saja pesan ini.

msg-invoice-issued-subject = Tagihan { $number }
msg-invoice-issued =
    Halo { $name }, tagihan { $period } sudah terbit.
    Nomor: *{ $number }*
    Jumlah: *{ $amount }*
    Jatuh tempo: { $due }
    Lihat dan bayar di { $link }
    { $business }

msg-payment-reminder-3-days-before-subject = Tagihan { $number } jatuh tempo 3 hari lagi
msg-payment-reminder-3-days-before =
    Halo { $name }, tagihan *{ $number }* sebesar *{ $amount }* jatuh tempo 3 hari lagi, { $due }.
    Bayar di { $link }
    Abaikan pesan ini jika Anda sudah membayar. Terima kasih.
    { $business }

msg-payment-reminder-1-day-before-subject = Tagihan { $number } jatuh tempo besok
msg-payment-reminder-1-day-before =
    Halo { $name }, tagihan *{ $number }* sebesar *{ $amount }* jatuh tempo besok, { $due }.
    Bayar di { $link }
    Abaikan pesan ini jika Anda sudah membayar. Terima kasih.
    { $business }

msg-payment-reminder-1-day-after-subject = Tagihan { $number } lewat jatuh tempo
msg-payment-reminder-1-day-after =
    Halo { $name }, tagihan *{ $number }* sebesar *{ $amount }* belum kami terima. Jatuh temponya { $due }.
    Mohon segera membayar di { $link } agar layanan Anda tetap aktif.
    Abaikan pesan ini jika Anda sudah membayar. Terima kasih.
    { $business }

msg-payment-received-subject = Pembayaran { $number } kami terima
msg-payment-received =
    Halo { $name }, pembayaran Anda sudah kami terima.
    Nomor pembayaran: *{ $number }*
    Jumlah: *{ $amount }* ({ $method })
    Untuk tagihan: { $invoice }
    Terima kasih, { $business }

msg-service-suspended-subject = Layanan dihentikan sementara
msg-service-suspended =
    Halo { $name }, *layanan dihentikan sementara* karena tagihan { $number } sebesar *{ $amount }* belum dibayar.
    Layanan Anda aktif kembali begitu pembayaran kami terima. Bayar di { $link }
    { $business }

msg-service-reactivated-subject = Layanan Anda aktif kembali
msg-service-reactivated =
    Halo { $name }, layanan { $package } Anda sudah aktif kembali. Jika belum tersambung, nyalakan ulang modem Anda.
    Terima kasih, { $business }

msg-satisfaction-survey =
    Halo { $name }, bagaimana pekerjaan kami untuk tiket *{ $number }*?
    Beri penilaian Anda, cukup satu menit: { $link }
    Terima kasih, { $business }

msg-sla-warning =
    Batas waktu tiket *{ $number }* hampir habis: tersisa { $remaining }.
    Perihal: { $title }
    Prioritas: { $priority }
    Teknisi: { $technician }
    { $link }

msg-team-message =
    Tiket *{ $number }* untuk tim
    Perihal: { $title }
    Prioritas: { $priority }
    Pelanggan: { $customer }
    Alamat: { $address }
    Teknisi: { $technician }
    { $link }

msg-daily-summary-subject = Ringkasan { $date }
msg-daily-summary =
    Ringkasan *{ $date }*
    Tiket masuk: { $opened }
    Selesai: { $completed }
    Lewat batas waktu: { $overdue }
    Menunggu dikerjakan: { $waiting }
    { $link }

msg-package-upgrade-offer-subject = Tawaran untuk Anda: { $package }
msg-package-upgrade-offer =
    Halo { $name }, paket Anda sekarang { $current }.
    Dengan { $package }, internet Anda lebih cepat: hanya { $price } per bulan.
    Ganti paket di { $link }
    { $business }

msg-promotion-subject = { $title }
msg-promotion =
    Halo { $name }, *{ $title }*
    { $message }
    Berlaku sampai { $until }.
    { $business }

msg-maintenance-broadcast-subject = Pemeliharaan jaringan { $area }
msg-maintenance-broadcast =
    Halo { $name }, kami melakukan pemeliharaan jaringan di { $area }: { $reason }.
    Waktu: *{ $schedule }*
    Internet Anda dapat terputus selama pekerjaan. Mohon maaf atas ketidaknyamanannya.
    { $business }

msg-outage-broadcast-subject = Gangguan jaringan { $area }
msg-outage-broadcast =
    Halo { $name }, sedang ada gangguan jaringan di { $area }. Tim kami sudah menanganinya.
    Perkiraan pulih: { $estimate }
    Anda tidak perlu melapor; kami kabari begitu pulih. Mohon maaf atas ketidaknyamanannya.
    { $business }

msg-emergency-alert-subject = PENTING: { $title }
msg-emergency-alert =
    PENTING: *{ $title }*
    { $message }
    { $business }

msg-auto-menu-subject = Yang bisa Anda tanyakan
msg-auto-menu =
    Ini *{ $business }*. Tulis salah satu kata ini:
    • *tagihan*: paket Anda dan harganya
    • *tiket*: status laporan Anda
    • *bantuan*: cara menghubungi kami
    • *stop*: tanpa jawaban otomatis lagi
    Akun Anda: { $link }

msg-auto-bill-subject = Paket Anda
msg-auto-bill =
    Halo { $name }, paket Anda *{ $package }*, { $price } per bulan.
    Untuk tagihan, balas pesan ini atau lihat { $link }. Petugas kami akan menjawab.
    { $business }

msg-auto-tickets-subject = Tiket Anda
msg-auto-tickets =
    Halo { $name }, tiket Anda yang masih terbuka:
    { $tickets }
    Selengkapnya di { $link }
    { $business }

msg-auto-help-subject = Cara menghubungi kami
msg-auto-help =
    Ini *{ $business }*. Tulis keperluan Anda, petugas kami akan menjawab di percakapan ini.
    Tulis *menu* untuk melihat yang dijawab seketika.
    Laporan dan akun: { $link }

msg-auto-off-subject = Jawaban otomatis dimatikan
msg-auto-off =
    Baik, { $name }: tidak ada jawaban otomatis lagi. Petugas kami tetap membaca pesan Anda.
    Tulis *mulai* untuk menyalakannya lagi.
    { $business }

msg-auto-on-subject = Jawaban otomatis dinyalakan
msg-auto-on =
    Halo { $name }, jawaban otomatis sudah menyala. Tulis *menu* untuk melihat yang bisa ditanyakan.
    { $business }

msg-tickets-none = Tidak ada tiket yang masih terbuka.
msg-tickets-line = • *{ $number }*: { $status }, { $when }
msg-tickets-eta = teknisi tiba sekitar { $when }
msg-tickets-due = target selesai { $when }
msg-tickets-hold = menunggu
msg-tickets-late = terlambat; sedang kami kerjakan
