//! From uploaded bytes to bytes that may be kept, off the threads that serve requests.

use tokio::sync::Semaphore;

use super::{FileError, Kind, Limits, photo};

/// A file ready to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Processed {
    /// What it is now; a WebP photo may have become a JPEG.
    pub kind: Kind,
    /// The bytes to keep.
    pub bytes: Vec<u8>,
    /// Pixels across and down, of photos.
    pub size: Option<(u32, u32)>,
}

/// Megapixels that may be decoded at the same time in this process: it bounds memory, not speed.
static MEGAPIXELS: Semaphore = Semaphore::const_new(TOGETHER as usize);
const TOGETHER: u32 = 64;

/// Checks one uploaded file and makes it safe to keep: photos are drawn anew on a blocking thread,
/// videos pass through.
///
/// # Errors
/// A refusal ([`FileError::is_refusal`]) that says what is accepted.
pub async fn process(bytes: Vec<u8>, limits: Limits) -> Result<Processed, FileError> {
    let kind = Kind::of(&bytes)?;
    let (word, limit) =
        if kind.is_photo() { ("photo", limits.photo_bytes) } else { ("video", limits.video_bytes) };
    let size = bytes.len() as u64;
    if size > limit {
        return Err(FileError::TooBig { kind: word, size, limit });
    }
    if !kind.is_photo() {
        return Ok(Processed { kind, bytes, size: None });
    }
    let pixels = photo::check_pixels(photo::dimensions(kind, &bytes)?, &limits)?;
    let share = u32::try_from(pixels.div_ceil(1_000_000)).unwrap_or(TOGETHER).min(TOGETHER);
    let _share = MEGAPIXELS.acquire_many(share).await.map_err(|_| FileError::Damaged { kind: "photo" })?;
    let redrawn = tokio::task::spawn_blocking(move || photo::redraw(kind, &bytes, &limits))
        .await
        .map_err(|_| FileError::Damaged { kind: "photo" })??;
    Ok(Processed { kind: redrawn.kind, bytes: redrawn.bytes, size: Some((redrawn.width, redrawn.height)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{kind::samples::mp4, photo::samples::jpeg_with_exif};

    #[tokio::test]
    async fn a_photo_is_redrawn_and_a_video_kept() {
        let photo = process(jpeg_with_exif(30, 20, 1), Limits::default()).await.unwrap();
        assert_eq!((photo.kind, photo.size), (Kind::Jpeg, Some((30, 20))));
        let video = mp4(b"isom");
        let kept = process(video.clone(), Limits::default()).await.unwrap();
        assert_eq!((kept.kind, kept.bytes), (Kind::Mp4, video));
    }

    #[tokio::test]
    async fn limits_name_the_kind_and_the_numbers() {
        let mut photo = jpeg_with_exif(30, 20, 1);
        photo.resize((10 << 20) + 1, 0);
        let error = process(photo, Limits::default()).await.unwrap_err();
        assert_eq!(error.to_string(), "the photo has 11 MiB: at most 10 MiB are accepted");
        let limits = Limits { video_bytes: 10, ..Limits::default() };
        let error = process(mp4(b"isom"), limits).await.unwrap_err();
        assert!(matches!(error, FileError::TooBig { kind: "video", .. }));
        assert!(limits.check_count(5).is_ok());
        assert_eq!(limits.check_count(6).unwrap_err().code(), "too_many_files");
    }
}
