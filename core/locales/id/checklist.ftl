# Baris daftar periksa.

checklist-route-cable = Tarik kabel
checklist-splice = Sambung serat
checklist-measure-attenuation = Ukur redaman
checklist-mount-modem = Pasang modem
checklist-configure-wifi = Atur Wi-Fi
checklist-speed-test = Uji kecepatan
checklist-explain-to-customer = Jelaskan kepada pelanggan
checklist-tidy-up = Rapikan lokasi
checklist-find-cause = Temukan penyebab
checklist-mend = Perbaiki
checklist-inspect = Periksa
checklist-clean-connectors = Bersihkan konektor
checklist-document = Dokumentasikan
checklist-change-profile = Ubah profil paket
checklist-test-coverage = Uji jangkauan
checklist-take-modem = Ambil modem
checklist-free-port = Bebaskan port ODP
checklist-find-odp = Temukan ODP terdekat
checklist-measure-cable = Ukur panjang kabel
checklist-take-pictures = Ambil foto
