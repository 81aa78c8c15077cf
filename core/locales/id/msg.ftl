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
