//! Everything a key or a command can do.

use crate::lang::Text;

/// Where an action is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// On every screen.
    Anywhere,
    /// Where there is a list with a cursor.
    List,
    /// Where there is a ticket: the list, its marks, or the open one.
    Ticket,
    /// Where there are jobs of the queue.
    Queue,
    /// While writing a reply or a note.
    Editor,
}

/// One action.
#[derive(Debug, PartialEq, Eq)]
pub struct Action {
    /// What the program calls it.
    pub act: Act,
    /// Its name in the configuration file.
    pub name: &'static str,
    /// The word that runs it on the command bar, where there is one.
    pub command: Option<&'static str>,
    /// Where it is heard.
    pub scope: Scope,
    /// The keys it has unless changed.
    pub keys: &'static [&'static str],
    /// What it does.
    pub help: Text,
}

macro_rules! actions {
    ($($act:ident $name:literal $command:expr, $scope:ident, [$($key:literal),*], $en:literal, $id:literal;)*) => {
        /// What can be done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum Act { $($act),* }

        /// Every action, in the order help shows them.
        pub static ACTIONS: &[Action] = &[$(Action {
            act: Act::$act,
            name: $name,
            command: $command,
            scope: Scope::$scope,
            keys: &[$($key),*],
            help: Text { en: $en, id: $id },
        }),*];
    };
}

impl Act {
    /// Its row of the table.
    #[must_use]
    pub fn action(self) -> &'static Action {
        &ACTIONS[self as usize]
    }
}

actions! {
    Overview "view.overview" Some("overview"), Anywhere, ["1"], "Overview", "Ikhtisar";
    Tickets "view.tickets" Some("tickets"), Anywhere, ["2"], "Tickets", "Tiket";
    Queue "view.queue" Some("queue"), Anywhere, ["4"], "Queue", "Antrean";
    Customers "view.customers" Some("customers"), Anywhere, ["5"], "Customers", "Pelanggan";
    Audit "view.audit" Some("audit"), Anywhere, ["7"], "Audit trail", "Jejak audit";
    NextView "view.next" None, Anywhere, ["Tab"], "Next screen", "Layar berikutnya";
    PreviousView "view.previous" None, Anywhere, ["Shift-Tab"], "Previous screen", "Layar sebelumnya";
    Back "back" None, Anywhere, ["Esc"], "Back, or clear filter and marks", "Kembali, atau hapus saringan dan tanda";
    Quit "quit" Some("quit"), Anywhere, ["q"], "Quit (from the list: at the root only)", "Keluar (hanya dari layar utama)";
    Help "help" Some("help"), Anywhere, ["?", "F1"], "Help: search and run", "Bantuan: cari dan jalankan";
    Command "command" None, Anywhere, [":"], "Command bar", "Baris perintah";
    Freeze "freeze" Some("freeze"), Anywhere, ["F"], "Freeze or follow the stream", "Jeda atau ikuti aliran";
    Undo "undo" Some("undo"), Anywhere, ["u"], "Undo the last change", "Urungkan perubahan terakhir";
    Reconnect "reconnect" Some("reconnect"), Anywhere, ["c"], "Connect now", "Sambungkan sekarang";
    Redraw "redraw" Some("redraw"), Anywhere, ["Ctrl-l"], "Draw the screen again", "Gambar ulang layar";
    Reload "reload" Some("reload"), Anywhere, ["Ctrl-r"], "Load again", "Muat ulang";
    Down "list.down" None, List, ["j", "Down"], "Down", "Turun";
    Up "list.up" None, List, ["k", "Up"], "Up", "Naik";
    HalfDown "list.half-down" None, List, ["Ctrl-d", "PageDown"], "Half a page down", "Setengah halaman turun";
    HalfUp "list.half-up" None, List, ["Ctrl-u", "PageUp"], "Half a page up", "Setengah halaman naik";
    First "list.first" None, List, ["g", "Home"], "First", "Pertama";
    Last "list.last" None, List, ["G", "End"], "Last; follow the stream", "Terakhir; ikuti aliran";
    Open "list.open" None, List, ["Enter", "l", "Right"], "Open", "Buka";
    Close "list.close" None, List, ["h", "Left"], "Close", "Tutup";
    Filter "filter" Some("filter"), List, ["/"], "Filter", "Saring";
    Views "views" Some("view"), List, ["v"], "Saved views", "Tampilan tersimpan";
    Mark "mark" None, List, ["Space"], "Mark", "Tandai";
    MarkRange "mark.range" None, List, ["Ctrl-Space"], "Mark from the last mark to here", "Tandai dari tanda terakhir sampai sini";
    MarkAll "mark.all" None, List, ["A"], "Mark all that match the filter", "Tandai semua yang cocok saringan";
    Export "export" Some("export"), List, ["e"], "Write the list, or what is marked, to a CSV file", "Tulis daftar, atau yang ditandai, ke berkas CSV";
    Copy "copy" Some("copy"), List, ["y"], "Copy the number", "Salin nomor";
    Reveal "reveal" Some("reveal"), List, ["V"], "Show personal data (recorded in the audit trail)", "Tampilkan data pribadi (dicatat di jejak audit)";
    Status "ticket.status" Some("status"), Ticket, ["s"], "Change status", "Ubah status";
    Assign "ticket.assign" Some("assign"), Ticket, ["@"], "Assign", "Tugaskan";
    Priority "ticket.priority" Some("priority"), Ticket, ["p"], "Change priority", "Ubah prioritas";
    Cancel "ticket.cancel" Some("cancel"), Ticket, ["x"], "Cancel, with a reason", "Batalkan, dengan alasan";
    Reply "ticket.reply" Some("reply"), Ticket, ["r"], "Reply to the customer", "Balas ke pelanggan";
    Note "ticket.note" Some("note"), Ticket, ["i"], "Internal note", "Catatan internal";
    JobRetry "job.retry" Some("retry"), Queue, ["r"], "Retry dead, cancelled or discarded jobs", "Ulangi pekerjaan mati, batal, atau dibuang";
    JobCancel "job.cancel" Some("cancel"), Queue, ["x"], "Cancel waiting jobs", "Batalkan pekerjaan yang antre";
    JobDiscard "job.discard" Some("discard"), Queue, ["d"], "Discard dead jobs", "Buang pekerjaan mati";
    JobSnooze "job.snooze" Some("snooze"), Queue, ["z"], "Let waiting jobs wait until a time", "Tunda pekerjaan antre sampai suatu waktu";
    JobRun "job.run" Some("run"), Queue, ["n"], "Do waiting jobs now whose time has not come", "Kerjakan sekarang pekerjaan yang belum waktunya";
    NextJobs "queue.next" None, Queue, ["s"], "Jobs of the next state", "Pekerjaan status berikutnya";
    PreviousJobs "queue.previous" None, Queue, ["S"], "Jobs of the state before", "Pekerjaan status sebelumnya";
    Figures "queue.figures" Some("figures"), Queue, ["f"], "All figures: queues, kinds, workers, limits", "Semua angka: antrean, jenis, pekerja, batas";
    Pause "queue.pause" Some("pause"), Queue, ["P"], "Pause or resume the queue under the cursor", "Jeda atau jalankan lagi antrean di bawah kursor";
    Resume "queue.resume" Some("resume"), Queue, [], "Resume paused queues", "Jalankan lagi antrean yang dijeda";
    Clean "queue.clean" Some("clean"), Queue, [], "Forget ended jobs: clean [dead] [days]", "Lupakan pekerjaan selesai: clean [dead] [hari]";
    Goto "goto" Some("open"), Anywhere, [], "Open a ticket or customer by number", "Buka tiket atau pelanggan menurut nomor";
    Mouse "mouse" Some("mouse"), Anywhere, [], "Mouse on or off", "Tetikus hidup atau mati";
    Theme "theme" Some("theme"), Anywhere, [], "Light or dark: theme light|dark", "Terang atau gelap: theme light|dark";
    Language "language" Some("lang"), Anywhere, [], "Language: lang en|id", "Bahasa: lang en|id";
    Send "editor.send" None, Editor, ["F5", "Ctrl-s"], "Send", "Kirim";
    Switch "editor.switch" None, Editor, ["Tab"], "Reply or note", "Balasan atau catatan";
    Leave "editor.leave" None, Editor, ["Esc"], "Keep the draft and close", "Simpan draf dan tutup";
}
