//! What a file is, by its content.

use super::FileError;

/// The kinds of file that are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// JPEG photo.
    Jpeg,
    /// PNG picture.
    Png,
    /// WebP picture.
    Webp,
    /// MPEG-4 video.
    Mp4,
    /// QuickTime video, as iPhones take it.
    Mov,
    /// WebM video.
    Webm,
    /// 3GPP video.
    ThreeGp,
}

impl Kind {
    /// Finds the kind from the content.
    ///
    /// # Errors
    /// [`FileError::Empty`], or [`FileError::Kind`] with what it looks like instead.
    pub fn of(bytes: &[u8]) -> Result<Self, FileError> {
        if bytes.is_empty() {
            return Err(FileError::Empty);
        }
        if bytes.starts_with(b"\xff\xd8\xff") {
            return Ok(Self::Jpeg);
        }
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Ok(Self::Png);
        }
        if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            return Ok(Self::Webp);
        }
        if let Some(kind) = iso_media(bytes).or_else(|| matroska(bytes)) {
            return Ok(kind);
        }
        Err(FileError::Kind { found: guess(bytes) })
    }

    /// MIME type.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Mp4 => "video/mp4",
            Self::Mov => "video/quicktime",
            Self::Webm => "video/webm",
            Self::ThreeGp => "video/3gpp",
        }
    }

    /// File name extension without dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::Webm => "webm",
            Self::ThreeGp => "3gp",
        }
    }

    /// The kind behind a stored MIME type.
    pub fn from_mime(mime: &str) -> Option<Self> {
        [Self::Jpeg, Self::Png, Self::Webp, Self::Mp4, Self::Mov, Self::Webm, Self::ThreeGp]
            .into_iter()
            .find(|kind| kind.mime() == mime)
    }

    /// Whether it is a still picture.
    pub fn is_photo(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Webp)
    }
}

/// MP4, QuickTime and 3GP begin with an `ftyp` box that names the brand; audio and HEIF have the same
/// box with other brands.
fn iso_media(bytes: &[u8]) -> Option<Kind> {
    let size = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    if bytes.get(4..8)? != b"ftyp" || size < 16 || !size.is_multiple_of(4) || size > bytes.len() {
        return None;
    }
    // Another box has to follow, or there is no video in it.
    bytes.get(size..size + 8)?;
    match bytes.get(8..12)? {
        b"qt  " => Some(Kind::Mov),
        brand if brand.starts_with(b"3gp") || brand.starts_with(b"3g2") => Some(Kind::ThreeGp),
        b"isom" | b"iso2" | b"iso3" | b"iso4" | b"iso5" | b"iso6" | b"iso7" | b"iso8" | b"iso9" | b"mp41"
        | b"mp42" | b"avc1" | b"M4V " | b"M4VH" | b"M4VP" | b"MSNV" | b"dash" | b"mmp4" => Some(Kind::Mp4),
        _ => None,
    }
}

/// WebM is Matroska whose EBML head says `webm` as document type.
fn matroska(bytes: &[u8]) -> Option<Kind> {
    let head = bytes.get(..bytes.len().min(64))?;
    if !head.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) {
        return None;
    }
    let at = head.windows(2).position(|pair| pair == [0x42, 0x82])?;
    (head.get(at + 2)? == &0x84 && head.get(at + 3..at + 7)? == b"webm").then_some(Kind::Webm)
}

/// A word for what was refused.
fn guess(bytes: &[u8]) -> String {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(512)]).to_lowercase();
    let head = head.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if head.contains("<svg") {
        "image/svg+xml".to_owned()
    } else if let Some(known) = infer::get(bytes) {
        known.mime_type().to_owned()
    } else if head.starts_with('<') {
        "text/html or XML".to_owned()
    } else if std::str::from_utf8(&bytes[..bytes.len().min(64)]).is_ok() {
        "text".to_owned()
    } else {
        "unknown".to_owned()
    }
}

#[cfg(test)]
pub(super) mod samples {
    pub fn mp4(brand: &[u8; 4]) -> Vec<u8> {
        let mut bytes = vec![0, 0, 0, 24];
        bytes.extend(b"ftyp");
        bytes.extend(brand);
        bytes.extend([0; 4]);
        bytes.extend(brand);
        bytes.extend(brand);
        bytes.extend([0, 0, 0, 8]);
        bytes.extend(b"mdat");
        bytes
    }

    pub fn webm() -> Vec<u8> {
        let mut bytes =
            vec![0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x86, 0x81, 1, 0x42, 0xf7, 0x81, 1, 0x42, 0x82, 0x84];
        bytes.extend(b"webm");
        bytes.extend([0x18, 0x53, 0x80, 0x67, 0, 0]);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::{samples::*, *};

    #[test]
    fn videos_are_known_by_brand_and_document_type() {
        assert_eq!(Kind::of(&mp4(b"isom")).unwrap(), Kind::Mp4);
        assert_eq!(Kind::of(&mp4(b"mp42")).unwrap(), Kind::Mp4);
        assert_eq!(Kind::of(&mp4(b"qt  ")).unwrap(), Kind::Mov);
        assert_eq!(Kind::of(&mp4(b"3gp5")).unwrap(), Kind::ThreeGp);
        assert_eq!(Kind::of(&webm()).unwrap(), Kind::Webm);
        for kind in [Kind::Jpeg, Kind::Png, Kind::Webp, Kind::Mp4, Kind::Mov, Kind::Webm, Kind::ThreeGp] {
            assert_eq!(Kind::from_mime(kind.mime()), Some(kind));
        }
    }

    #[test]
    fn everything_else_is_refused_and_told_what_is_accepted() {
        let mut matroska = webm();
        matroska[16..20].copy_from_slice(b"matr");
        let refused: &[(&[u8], &str)] = &[
            (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "svg"),
            (b"<?xml version='1.0'?><svg/>", "svg"),
            (b"\xef\xbb\xbf <!DOCTYPE html><script>", "html"),
            (b"GIF89a\x01\0\x01\0\0\0\0;", "image/gif"),
            (b"%PDF-1.7\n", "application/pdf"),
            (b"PK\x03\x04........", "zip"),
            (b"MZ\x90\0\x03\0\0\0", ""),
            (b"hello", "text"),
            (b"\0\0\0\x18ftypisom", ""),
            (&mp4(b"heic"), ""),
            (&mp4(b"M4A "), ""),
            (&matroska, ""),
            (b"RIFF\0\0\0\0WAVE", ""),
        ];
        for (bytes, word) in refused {
            let error = Kind::of(bytes).unwrap_err().to_string();
            assert!(error.contains(word) && error.contains("JPEG, PNG, WebP"), "{error}");
        }
        assert!(matches!(Kind::of(b""), Err(FileError::Empty)));
    }
}
