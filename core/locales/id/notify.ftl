# Isi pusat notifikasi.

notify-ticket-created-title = Tiket baru { $number }
notify-ticket-created-message = { $title } — { $customer }
notify-ticket-assigned-title = Tiket { $number } untuk Anda
notify-ticket-assigned-message = { $title } — { $customer }
notify-ticket-unassigned-title = Tiket { $number } dialihkan
notify-ticket-unassigned-message = { $title }: penugasan Anda dicabut oleh { $actor }
notify-ticket-priority-title = Prioritas { $number }: { $priority }
notify-ticket-priority-message = { $title } — diubah oleh { $actor }
notify-ticket-customer-comment-title = { $customer } menulis di { $number }
notify-ticket-customer-comment-message = { $title }
notify-ticket-note-title = Catatan baru di { $number }
notify-ticket-note-message = { $title } — dari { $actor }
notify-ticket-completed-title = Tiket { $number } selesai
notify-ticket-completed-message = { $title } — diselesaikan oleh { $actor }
notify-ticket-cancelled-title = Tiket { $number } dibatalkan
notify-ticket-cancelled-message = { $title }: { $reason }
notify-ticket-merged-title = Tiket { $number } digabung
notify-ticket-merged-message = { $title }: dilanjutkan di { $into }
notify-ticket-reopened-title = Tiket { $number } dibuka kembali
notify-ticket-reopened-message = { $title }: { $reason }
notify-ticket-rated-low-title = Nilai rendah untuk { $number }
notify-ticket-rated-low-message = { $customer } memberi { $rating } dari 5: { $title }
notify-ticket-rated-title = { $number } dinilai
notify-ticket-rated-message = { $customer } memberi { $rating } dari 5: { $title }
notify-message-received-title = Pesan masuk
notify-message-received-message =
    { $known ->
        [yes] Pesan baru dari { $customer } menunggu jawaban
       *[no] Pesan baru dari nomor yang tidak terdaftar menunggu jawaban
    }
notify-job-died-title = Pekerjaan gagal: { $kind }
notify-job-died-message = Tidak dicoba lagi: { $reason }
notify-queue-paused-title = Antrean dijeda: { $queue }
notify-queue-paused-message = Dijeda oleh { $actor }; pekerjaannya menunggu. Alasan: { $reason }
notify-provider-disconnected-title = Penyedia WhatsApp { $number } terputus
notify-provider-disconnected-message = Tidak ada pesan yang terkirim lewatnya sampai perangkatnya dihubungkan lagi. Alasan: { $reason }
notify-provider-connected-title = Penyedia WhatsApp { $number } terhubung lagi
notify-provider-connected-message = Pesan kembali dikirim lewatnya
notify-provider-changed-title = Penyedia WhatsApp { $number } diubah
notify-provider-changed-message = { $actor } mengubah: { $fields }
notify-user-locked-title = Akun { $number } terkunci
notify-user-locked-message = { $failures } kali salah sandi
notify-account-security-title = Keamanan akun Anda berubah
notify-account-security-message = Jika ini bukan Anda, segera hubungi administrator
notify-conversation-assigned-title = Percakapan untuk Anda
notify-conversation-assigned-message = { $actor } menyerahkan sebuah percakapan kepada Anda.
