//! Files that people attach: what is accepted, how it is made safe, where it is kept.
//!
//! The type comes from the content, never from the name or the header. Photos are drawn anew, which
//! drops positions and everything else hidden in them; videos are kept as they are. [`service`] keeps the bytes
//! and gives them out again, [`store`] knows what they hang on.

mod folder;
mod kind;
mod name;
mod photo;
mod process;
pub mod service;
pub mod store;

pub use folder::{Folder, Stored};
pub use kind::Kind;
pub use name::{content_disposition, safe_name};
pub use process::{Processed, process};

/// A file whose bytes are kept, ready to be attached to something.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Kept {
    /// Hash of the kept bytes, by which the folder finds them.
    pub sha256: String,
    /// A safe name.
    pub name: String,
    /// Media type, found from the content.
    pub media_type: String,
    /// Bytes.
    pub bytes: i64,
    /// Pixels across, of photos.
    pub width: Option<i64>,
    /// Pixels down, of photos.
    pub height: Option<i64>,
}

/// How much is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one photo.
    pub photo_bytes: u64,
    /// Bytes of one video.
    pub video_bytes: u64,
    /// Files that may come together.
    pub files: usize,
    /// Pixels of a photo before it is made smaller.
    pub pixels: u64,
    /// Longer side of a kept photo, in pixels.
    pub long_edge: u32,
    /// JPEG quality of a kept photo, 1 to 100.
    pub quality: u8,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            photo_bytes: 10 << 20,
            video_bytes: 50 << 20,
            files: 5,
            pixels: 50_000_000,
            long_edge: 2560,
            quality: 82,
        }
    }
}

/// What people may attach, in words for error messages and upload forms.
pub const ACCEPTED: &str =
    "photos (JPEG, PNG, WebP) up to 10 MiB and videos (MP4, MOV, WebM, 3GP) up to 50 MiB";

/// Why a file is not taken or not found.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Content of a kind that is not accepted, whatever its name says.
    #[error("this kind of file ({found}) is not accepted: send {ACCEPTED}")]
    Kind {
        /// What the content looks like.
        found: String,
    },
    /// No content.
    #[error("the file is empty")]
    Empty,
    /// Too many bytes.
    #[error("the {kind} has {} MiB: at most {} MiB are accepted", size.div_ceil(1 << 20), limit >> 20)]
    TooBig {
        /// `photo` or `video`.
        kind: &'static str,
        /// Bytes it has.
        size: u64,
        /// Bytes it may have.
        limit: u64,
    },
    /// Too many files at once.
    #[error("{count} files are too many: at most {limit} can be sent together")]
    TooMany {
        /// How many came.
        count: usize,
        /// How many may come.
        limit: usize,
    },
    /// Too many pixels to be drawn safely.
    #[error("the photo has {width} x {height} pixels: at most {} megapixels are accepted", limit / 1_000_000)]
    TooManyPixels {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// Pixels it may have.
        limit: u64,
    },
    /// It begins like a photo or video but cannot be read as one.
    #[error("the {kind} is damaged and cannot be read: take or save it again")]
    Damaged {
        /// `photo` or `video`.
        kind: &'static str,
    },
    /// The uploads folder reached its quota.
    #[error("the space for uploads is used up ({} of {} MiB): raise uploads.quota or remove old files", used >> 20, limit >> 20)]
    Quota {
        /// Bytes in use.
        used: u64,
        /// Bytes that may be used.
        limit: u64,
    },
    /// The disk is full.
    #[error("the disk of the uploads folder is full")]
    DiskFull,
    /// The folder cannot be written.
    #[error("the uploads folder cannot be written: {0}")]
    ReadOnly(std::io::Error),
    /// No file under this name.
    #[error("the file is not in the uploads folder")]
    Missing,
    /// The bytes on disk are not the ones that were stored.
    #[error("the stored file is damaged")]
    Corrupt,
    /// Anything else the file system answered.
    #[error("the uploads folder: {0}")]
    Io(std::io::Error),
}

impl FileError {
    /// A short stable word for problem documents.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Kind { .. } => "file_kind",
            Self::Empty => "file_empty",
            Self::TooBig { .. } => "file_too_big",
            Self::TooMany { .. } => "too_many_files",
            Self::TooManyPixels { .. } => "too_many_pixels",
            Self::Damaged { .. } => "file_damaged",
            Self::Quota { .. } => "uploads_quota",
            Self::DiskFull => "disk_full",
            Self::ReadOnly(_) => "uploads_read_only",
            Self::Missing => "file_missing",
            Self::Corrupt => "file_corrupt",
            Self::Io(_) => "uploads_io",
        }
    }

    /// Whether the file is at fault, and not the place where it is kept.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Kind { .. }
                | Self::Empty
                | Self::TooBig { .. }
                | Self::TooMany { .. }
                | Self::TooManyPixels { .. }
                | Self::Damaged { .. }
        )
    }
}

impl From<FileError> for crate::error::Error {
    fn from(error: FileError) -> Self {
        use crate::error::Error;
        match error {
            FileError::TooBig { .. } => Error::TooLarge(error.to_string()),
            FileError::Kind { .. } => Error::UnsupportedMedia(error.to_string()),
            FileError::Missing => Error::NotFound("file"),
            FileError::Corrupt => Error::Internal(error.to_string()),
            refusal if refusal.is_refusal() => Error::field("file", refusal.code(), refusal.to_string()),
            other => Error::Storage(other.to_string()),
        }
    }
}

impl From<std::io::Error> for FileError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind as E;
        match error.kind() {
            E::StorageFull | E::QuotaExceeded => Self::DiskFull,
            E::ReadOnlyFilesystem | E::PermissionDenied => Self::ReadOnly(error),
            E::NotFound => Self::Missing,
            _ => Self::Io(error),
        }
    }
}

impl Limits {
    /// Checks how many files came together.
    ///
    /// # Errors
    /// [`FileError::TooMany`].
    pub fn check_count(&self, count: usize) -> Result<(), FileError> {
        if count > self.files {
            return Err(FileError::TooMany { count, limit: self.files });
        }
        Ok(())
    }
}
