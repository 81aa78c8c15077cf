//! Every text of the console.

use super::{Counted, Text};

macro_rules! texts {
    ($($name:ident $en:literal $id:literal;)*) => {
        $(#[allow(missing_docs)] pub const $name: Text = Text { en: $en, id: $id };)*
        /// All of them with their names, for tests.
        #[cfg(test)]
        pub const ALL: &[(&str, Text)] = &[$((stringify!($name), $name)),*];
    };
}

macro_rules! counted {
    ($($name:ident $one:literal $en:literal $id:literal;)*) => {
        $(#[allow(missing_docs)] pub const $name: Counted = Counted { one: $one, text: Text { en: $en, id: $id } };)*
        /// All of them with their names, for tests.
        #[cfg(test)]
        pub const ALL_COUNTED: &[(&str, Counted)] = &[$((stringify!($name), $name)),*];
    };
}

counted! {
    N_TICKETS "{} ticket" "{} tickets" "{} tiket";
    EXPORTED "{} ticket in {}" "{} tickets in {}" "{} tiket di {}";
    NEED_OVERDUE "{} ticket past its due time" "{} tickets past their due time" "{} tiket lewat batas waktu";
    NEED_CRITICAL "{} critical ticket" "{} critical tickets" "{} tiket kritis";
    NEED_SOON "{} ticket due within the hour" "{} tickets due within the hour" "{} tiket jatuh tempo dalam satu jam";
    NEED_UNASSIGNED "{} ticket nobody has" "{} tickets nobody has" "{} tiket tanpa teknisi";
    FROZEN "{} new event waits · {} follows again" "{} new events wait · {} follows again" "{} kejadian baru menunggu · {} mengikuti lagi";
    PAUSED "{} new entry · {} to the top" "{} new entries · {} to the top" "{} entri baru · {} ke atas";
    FILES "{} file" "{} files" "{} berkas";
}

texts! {
    LIVE "live" "langsung";
    CONNECTING "connecting" "menyambung";
    NOT_CONNECTED "not connected" "terputus";
    READ_ONLY "read only" "hanya baca";
    TOO_SMALL "Too small" "Terlalu kecil";
    LOADING "Loading…" "Memuat…";
    WAITING_FOR_LINK "Waiting for the connection" "Menunggu sambungan";
    NOTHING_MATCHES "Nothing matches" "Tidak ada yang cocok";
    CONNECTED_AGAIN "Connected again" "Tersambung lagi";
    LOST "Not connected · next try in {} s · [{}] now{} · {}" "Terputus · coba lagi dalam {} dtk · [{}] sekarang{} · {}";
    RECONNECTING "Connecting again{}" "Menyambung lagi{}";
    DATA_FROM " · data from {}" " · data pukul {}";
    MOUSE_ON "Mouse on" "Tetikus hidup";
    MOUSE_OFF "Mouse off" "Tetikus mati";

    WHY_READ_ONLY "started with --read-only" "dijalankan dengan --read-only";
    WHY_OFFLINE "not connected: nothing can be changed now" "terputus: tidak ada yang bisa diubah sekarang";
    WHY_NO_EXPORT "not connected: an export is recorded, which cannot be done now" "terputus: ekspor dicatat, dan itu tidak bisa sekarang";
    WHY_NOT_ALLOWED "you do not have the permission {}" "Anda tidak punya izin {}";
    WHY_NO_TICKET "no ticket is chosen" "belum ada tiket yang dipilih";
    WHY_NOTHING_TO_UNDO "nothing to undo" "tidak ada yang bisa diurungkan";
    WHY_BUSY "another change is under way" "perubahan lain sedang berjalan";
    WHY_CONNECTED "connected already" "sudah tersambung";
    WHY_TICKET_LIST "only in the list of tickets" "hanya di daftar tiket";
    WHY_NO_FILTER "nothing to filter here" "tidak ada yang disaring di sini";
    WHY_NO_STREAM "no stream here" "tidak ada aliran di sini";
    WHY_NO_PERSON "no personal data here" "tidak ada data pribadi di sini";
    WHY_NOT_WRITING "only while writing" "hanya saat menulis";

    HELP "Help" "Bantuan";
    HELP_HINT "type to search · Enter runs · Esc closes" "ketik untuk mencari · Enter menjalankan · Esc menutup";
    CLOSE_HINT "Enter or Esc closes · what failed stays marked" "Enter atau Esc menutup · yang gagal tetap ditandai";
    CHOOSE_HINT "type to search · Enter chooses · Esc closes" "ketik untuk mencari · Enter memilih · Esc menutup";
    QUESTION_HINT "Enter goes on · Esc gives up" "Enter melanjutkan · Esc membatalkan";
    FILTER_HINT "words, field:value, sla<1h, !inverts · Tab completes · Enter keeps · Esc undoes" "kata, bidang:nilai, sla<1h, !membalik · Tab melengkapi · Enter memakai · Esc batal";
    SCOPE_TICKET "ticket" "tiket";
    SCOPE_EDITOR "while writing" "saat menulis";
    HINT_COMMAND "command" "perintah";
    HINT_HELP "help" "bantuan";
    HINT_OPEN "open" "buka";
    HINT_FREEZE "freeze" "jeda";
    HINT_MARK "mark" "tandai";
    HINT_STATUS "status" "status";
    HINT_ASSIGN "assign" "tugaskan";
    HINT_PRIORITY "priority" "prioritas";
    HINT_REPLY "reply" "balas";
    HINT_NOTE "note" "catatan";
    HINT_UNDO "undo" "urungkan";
    HINT_VIEWS "views" "tampilan";
    HINT_FILTER "filter" "saring";
    HINT_REVEAL "reveal" "ungkap";
    HINT_COPY "copy" "salin";
    HINT_SWITCH "reply/note" "balasan/catatan";
    HINT_LEAVE "keep draft" "simpan draf";

    OP_STATUS "status {}" "status {}";
    OP_PRIORITY "priority {}" "prioritas {}";
    OP_ASSIGN "assigned: {}" "ditugaskan: {}";
    OP_COMPLETE "completed: {}" "selesai: {}";
    OP_REOPEN "opened again: {}" "dibuka lagi: {}";
    OP_UNDO "undone: {}" "diurungkan: {}";
    UNDOES "undoes" "urungkan";
    AND_MORE "and {} more" "dan {} lagi";
    NOT_UNDOABLE "This cannot be undone." "Ini tidak bisa diurungkan.";
    CONFIRM_ENTER "Enter: do it · Esc: cancel" "Enter: lakukan · Esc: batal";
    CONFIRM_COUNT "[Cancel] with Enter, or type {} to go on:" "[Batal] dengan Enter, atau ketik {} untuk lanjut:";
    RESULTS "{} done, {} failed" "{} berhasil, {} gagal";
    TITLE_STATUS "Status" "Status";
    TITLE_PRIORITY "Priority" "Prioritas";
    TITLE_ASSIGN "Assign" "Tugaskan";
    TITLE_VIEWS "Saved views" "Tampilan tersimpan";
    ASK_REASON "Why?" "Mengapa?";
    TITLE_COMPLETE "Complete" "Selesaikan";
    FIELD_RESOLUTION "What was done" "Yang dikerjakan";
    FIELD_ATTENUATION "Optical power, dBm" "Redaman, dBm";
    FIELD_MODEM_SERIAL "Modem's serial number" "Nomor seri modem";
    FIELD_ODP "ODP" "ODP";
    FIELD_PORT "Port on the ODP" "Port di ODP";
    FIELD_WIFI "Wi-Fi name" "Nama Wi-Fi";
    FIELD_SPEED_DOWN "Measured Mbps down" "Mbps unduh terukur";
    FIELD_SPEED_UP "Measured Mbps up" "Mbps unggah terukur";
    PHOTO_ATTENUATION "Photo of the power meter" "Foto power meter";
    PHOTO_OTDR "Picture of the OTDR" "Foto layar OTDR";
    PHOTO_MODEM "Photo of the modem" "Foto modem";
    NO_PHOTO "none yet" "belum ada";
    ATTACH_HOW "{}: attach it on the phone or on the web, or run\naglisctl ticket attach {} FILE --purpose {}" "{}: lampirkan dari ponsel atau web, atau jalankan\naglisctl ticket attach {} BERKAS --purpose {}";
    COMPLETE_HINT "* needed · Space ticks · A ticks all · {} completes · Esc keeps it for later" "* wajib · Spasi mencentang · A semua · {} menyelesaikan · Esc menyimpan untuk nanti";
    TICK_FIRST "not ticked off: {}" "belum dicentang: {}";
    FILL_IN_FIRST "still missing: {}" "masih kosong: {}";
    NO_NUMBER "{}: {} is not a number" "{}: {} bukan angka";
    NO_SUCH_ODP "there is no ODP {}" "tidak ada ODP {}";
    WHICH_ODP "which ODP: {}?" "ODP yang mana: {}?";
    ONE_AT_A_TIME "complete one at a time: each has its own checklist" "selesaikan satu per satu: daftar periksanya sendiri-sendiri";
    BAD_DBM "enter dBm from -40 to 0, such as -21.5" "isi dBm dari -40 sampai 0, misalnya -21,5";
    EMPTY_ANSWER "write something first" "isi dulu";
    ALREADY "is {} already" "sudah {}";
    CANNOT_BECOME "{} cannot become {}" "{} tidak bisa menjadi {}";
    IS_NOW "as it is now" "sekarang begitu";
    FITS_NONE "fits none of them" "tidak cocok untuk satu pun";
    FITS "fits {} of {}" "cocok untuk {} dari {}";
    REOPEN "Open again" "Buka lagi";
    REOPEN_WHEN "within 7 days of completion" "dalam 7 hari setelah selesai";
    AUTOMATIC "Automatic" "Otomatis";
    AUTOMATIC_HOW "by skill, area, availability, load and distance" "menurut keahlian, wilayah, kesediaan, beban, dan jarak";
    LOAD "{} of {} · {}" "{} dari {} · {}";
    NO_SUCH_COMMAND "there is no command {} ({} lists them)" "tidak ada perintah {} ({} menampilkan daftar)";
    NO_SUCH_VIEW "there is no view {}" "tidak ada tampilan {}";
    NO_SUCH_NUMBER "{} is not a ticket or customer number" "{} bukan nomor tiket atau pelanggan";
    THEME_USE "use theme light or theme dark" "pakai theme light atau theme dark";
    LANG_USE "use lang en or lang id" "pakai lang en atau lang id";
    NOT_EXPORTED "{} could not be written: {}" "{} tidak bisa ditulis: {}";
    COPIED "copied: {}" "disalin: {}";

    NEEDS_ACTION "Needs action now" "Perlu tindakan sekarang";
    NOTHING_NEEDED "Nothing needs you now" "Tidak ada yang perlu tindakan";
    DAY "Tickets" "Tiket";
    NEW_24H "New in 24 h" "Baru 24 jam";
    DONE_24H "Completed in 24 h" "Selesai 24 jam";
    ON_TIME "{}% in time" "{}% tepat waktu";
    HAPPENING "Happening now" "Kejadian langsung";
    NOTHING_HAPPENED "Nothing yet since the console started" "Belum ada sejak konsol dibuka";
    NOTHING_TO_OPEN "nothing to open here" "tidak ada yang bisa dibuka";

    VIEW_ACTIVE "Active" "Aktif";
    VIEW_OVERDUE "Overdue" "Lewat batas";
    VIEW_SOON "Due soon" "Segera jatuh tempo";
    VIEW_UNASSIGNED "Unassigned" "Tanpa teknisi";
    VIEW_MINE "Mine" "Milik saya";
    VIEW_ALL "All" "Semua";
    ONLY_NEAR "Nothing fits exactly; this nearly does" "Tidak ada yang tepat; ini yang mirip";
    NO_TICKETS "No tickets yet" "Belum ada tiket";
    LOADED "{} loaded…" "{} dimuat…";
    MARKED "{} marked · {} = all {} that match" "{} ditandai · {} = semua {} yang cocok";
    MARKED_HIDDEN " · {} of them not shown" " · {} di antaranya tidak tampak";
    COL_TICKET "TICKET" "TIKET";
    COL_PRIORITY "PRIO" "PRIO";
    COL_STATUS "STATUS" "STATUS";
    COL_CUSTOMER "CUSTOMER" "PELANGGAN";
    COL_SUBJECT "SUBJECT" "KELUHAN";
    COL_TECHNICIAN "TECH" "TEKNISI";
    COL_LEFT "LEFT" "SISA";
    REPORTED_DUE "reported {} · due {}" "dilaporkan {} · batas {}";

    TIMELINE "Timeline" "Linimasa";
    CUSTOMER "Customer" "Pelanggan";
    NO_CUSTOMER "No customer" "Tanpa pelanggan";
    WORK "Work" "Pengerjaan";
    TEAM "Team" "Tim";
    NOBODY "nobody yet" "belum ada";
    HELD_BECAUSE "On hold:" "Ditunda:";
    CHECKLIST "Checklist {} of {}" "Daftar periksa {} dari {}";
    REVEALS "reveals, recorded" "ungkap, dicatat";
    HIDES "hides" "sembunyikan";
    REVEALING "Asked for; the audit trail records it" "Diminta; dicatat di jejak audit";
    REVEALED_RECORDED "Personal data is shown; the audit trail recorded it" "Data pribadi ditampilkan; dicatat di jejak audit";
    REPLY_TITLE "Reply to the customer" "Balas ke pelanggan";
    NOTE_TITLE "Internal note" "Catatan internal";
    REPLY_WORD "reply" "balasan";
    NOTE_WORD "note" "catatan";
    INTERNAL "internal" "internal";
    SENT "Sent" "Terkirim";
    SENDING "Sending…" "Mengirim…";
    DRAFT_KEPT "Draft kept {}" "Draf tersimpan {}";
    DRAFT_NOT_KEPT "The draft could not be kept: {}" "Draf tidak bisa disimpan: {}";
    SCROLLED "scrolled up · {} to the end" "tergulung · {} ke akhir";
    SLA_ON_TRACK "{} left" "sisa {}";
    SLA_AT_RISK "only {} left" "tinggal {}";
    SLA_BREACHED "past by {}" "lewat {}";
    SLA_PAUSED "clock stands, {} left" "waktu berhenti, sisa {}";
    SLA_MET "finished {} before" "selesai {} lebih awal";
    SLA_MISSED "finished {} late" "selesai terlambat {}";
    SLA_VOID "cancelled" "dibatalkan";

    ALL_CUSTOMERS "All customers" "Semua pelanggan";
    SEARCHING "Searching…" "Mencari…";
    COL_CUSTOMER_NUMBER "CUSTOMER" "PELANGGAN";
    COL_NAME "NAME" "NAMA";
    COL_PACKAGE "PACKAGE" "PAKET";
    COL_TICKETS "OPEN" "TIKET";
    CONNECTION "Connection" "Koneksi";
    TAGS "Tags" "Tag";
    SINCE "Since" "Sejak";
    NOTES "Notes" "Catatan";
    THEIR_TICKETS "their tickets" "tiket mereka";

    EVERYTHING "Everything" "Semua";
    COL_TIME "TIME" "WAKTU";
    COL_WHO "WHO" "SIAPA";
    COL_ACTION "ACTION" "TINDAKAN";
    COL_OBJECT "OBJECT" "OBJEK";
    COL_FROM "FROM" "DARI";
    COL_RESULT "RESULT" "HASIL";
    CHAIN "chain" "rantai";
    OUTCOME_OK "ok" "ok";
    OUTCOME_DENIED "denied" "ditolak";
    OUTCOME_FAILED "failed" "gagal";

    STATUS_OPEN "open" "baru";
    STATUS_ASSIGNED "assigned" "ditugaskan";
    STATUS_IN_PROGRESS "in progress" "proses";
    STATUS_ON_HOLD "on hold" "tunda";
    STATUS_COMPLETED "completed" "selesai";
    STATUS_CANCELLED "cancelled" "batal";
    SHORT_ASSIGNED "assigned" "tugas";
    SHORT_IN_PROGRESS "progress" "proses";
    OVERDUE "overdue" "lewat";
    SHORT_CRITICAL "crit" "kritis";
    PRIORITY_CRITICAL "critical" "kritis";
    PRIORITY_HIGH "high" "tinggi";
    PRIORITY_NORMAL "normal" "normal";
    PRIORITY_LOW "low" "rendah";
    PRIORITY_CRITICAL_TIME "2 h to resolve, 15 min to respond" "selesai 2 jam, tanggap 15 menit";
    PRIORITY_HIGH_TIME "4 h to resolve, 30 min to respond" "selesai 4 jam, tanggap 30 menit";
    PRIORITY_NORMAL_TIME "24 h to resolve, 2 h to respond" "selesai 24 jam, tanggap 2 jam";
    PRIORITY_LOW_TIME "48 h to resolve, 4 h to respond" "selesai 48 jam, tanggap 4 jam";
    CUSTOMER_PENDING "to install" "dipasang";
    CUSTOMER_ACTIVE "active" "aktif";
    CUSTOMER_SUSPENDED "suspended" "isolir";
    CUSTOMER_TERMINATED "left" "berhenti";
}
