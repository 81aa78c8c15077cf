# Pieces that every page has.
frame-skip = Langsung ke isi
frame-problem = Ada masalah
frame-error-prefix = Galat:
frame-error-id = Sebutkan nomor ini bila menghubungi kami:
frame-home = Kembali ke halaman utama
frame-call = Perlu bantuan? Hubungi layanan pelanggan di { $phone }.
frame-again-title = Formulir ini sudah tidak berlaku
frame-again-text = Halaman terlalu lama terbuka atau Anda masuk lagi di tab lain. Kembali, muat ulang halaman, lalu kirim lagi.
frame-not-found-title = Halaman tidak ditemukan
frame-not-found-text = Alamat ini tidak ada, atau bukan milik Anda. Periksa alamatnya atau mulai dari halaman utama.
frame-forbidden-title = Anda tidak boleh membuka halaman ini
frame-forbidden-text = Akun Anda tidak memiliki izin untuk ini. Minta administrator bila Anda memerlukannya.
frame-sign-in-title = Silakan masuk lebih dulu
frame-sign-in-text = Masa masuk Anda sudah berakhir. Masuk lagi untuk melanjutkan.
frame-wait-title = Terlalu banyak percobaan
frame-wait-text = Tunggu { $span }, lalu coba lagi.
frame-too-large-title = Berkas terlalu besar
frame-too-large-text = Kirim foto paling besar 10 MB dan video paling besar 50 MB, paling banyak 5 berkas.
frame-conflict-title = Ini tidak bisa dilakukan sekarang
frame-conflict-text = Keadaannya sudah berubah. Kembali dan muat ulang halaman untuk melihat keadaan terbaru.
frame-bad-title = Isian tidak dapat dibaca
frame-bad-text = Kembali, periksa isian Anda, lalu kirim lagi.
frame-busy-title = Layanan sedang tidak tersedia
frame-busy-text = Data Anda aman dan tidak ada yang tersimpan setengah. Coba lagi beberapa saat lagi.
frame-broken-title = Terjadi kesalahan pada kami
frame-broken-text = Ini bukan kesalahan Anda. Coba lagi; bila masih terjadi, hubungi kami.

# What is wrong with a field, by its code, where a form has no words of its own.
frame-field-required = Isi bagian ini.
frame-field-too-long = Isian terlalu panjang. Persingkat.
frame-field-control-characters = Isian berisi karakter yang tidak terlihat. Ketik ulang.
frame-field-out-of-range = Nilainya di luar batas.
frame-field-unknown = Pilih salah satu yang tersedia.
frame-field-taken = Sudah dipakai. Gunakan yang lain.
frame-field-invalid = Isian tidak dapat dibaca. Periksa lagi.
