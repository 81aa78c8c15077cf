//! What lies over a screen: help, the command bar, a filter being written, a choice, a question, a completion, a
//! confirmation.

pub mod choose;
pub mod completion;
pub mod confirm;
pub mod filter;
pub mod help;
mod keys;
pub mod line;
pub mod report;

pub use choose::{Choice, Choose, Pick};
pub use completion::Completion;
pub use confirm::Confirmation;
pub use filter::FilterLine;
pub use help::Help;
pub use line::{CommandLine, Question};
pub use report::Results;

/// What lies over a screen.
#[derive(Debug)]
pub enum Overlay {
    /// Every key and command, to search and run.
    Help(Help),
    /// The command bar.
    Command(CommandLine),
    /// A filter being written.
    Filter(FilterLine),
    /// A choice of one.
    Choose(Choose),
    /// A question for a line of text.
    Question(Question),
    /// A completion being filled in.
    Completion(Box<Completion>),
    /// Are you sure.
    Confirm(Confirmation),
    /// How a change of many ended.
    Results(Results),
}
