//! Photos, drawn anew: turned upright, made smaller, stripped of everything but pixels.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, ImageResult,
    codecs::{jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder},
    imageops::FilterType,
};

use super::{FileError, Kind, Limits};

const DAMAGED: FileError = FileError::Damaged { kind: "photo" };

/// A photo ready to be kept.
pub(super) struct Redrawn {
    pub kind: Kind,
    pub bytes: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

/// Pixels across and down, from the header alone.
pub(super) fn dimensions(kind: Kind, bytes: &[u8]) -> Result<(u32, u32), FileError> {
    ImageReader::with_format(Cursor::new(bytes), format(kind)?).into_dimensions().map_err(|_| DAMAGED)
}

/// Refuses a photo whose pixels would not fit, before any of them is decoded.
pub(super) fn check_pixels((width, height): (u32, u32), limits: &Limits) -> Result<u64, FileError> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(DAMAGED);
    }
    if pixels > limits.pixels {
        return Err(FileError::TooManyPixels { width, height, limit: limits.pixels });
    }
    Ok(pixels)
}

/// Decodes, turns upright, shrinks and encodes. Takes seconds of CPU for a large photo.
pub(super) fn redraw(kind: Kind, bytes: &[u8], limits: &Limits) -> Result<Redrawn, FileError> {
    check_pixels(dimensions(kind, bytes)?, limits)?;
    let mut image = decode(kind, bytes, limits).map_err(|_| DAMAGED)?;
    if image.width().max(image.height()) > limits.long_edge {
        image = image.resize(limits.long_edge, limits.long_edge, FilterType::Triangle);
    }
    let (width, height) = (image.width(), image.height());
    let (kind, bytes) = encode(kind, &image, limits.quality).map_err(|_| DAMAGED)?;
    Ok(Redrawn { kind, bytes, width, height })
}

fn format(kind: Kind) -> Result<ImageFormat, FileError> {
    match kind {
        Kind::Jpeg => Ok(ImageFormat::Jpeg),
        Kind::Png => Ok(ImageFormat::Png),
        Kind::Webp => Ok(ImageFormat::WebP),
        Kind::Mp4 | Kind::Mov | Kind::Webm | Kind::ThreeGp => {
            Err(FileError::Kind { found: kind.mime().to_owned() })
        }
    }
}

fn decode(kind: Kind, bytes: &[u8], limits: &Limits) -> ImageResult<DynamicImage> {
    let format = format(kind).unwrap_or(ImageFormat::Jpeg);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut allocation = image::Limits::default();
    // 16-bit RGBA is the largest a pixel gets; the decoder needs some for itself.
    allocation.max_alloc = Some(limits.pixels * 8 + (16 << 20));
    reader.limits(allocation);
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation()?;
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// WebP can only be written without loss here, which is large for photos: without transparency it
/// becomes JPEG.
fn encode(kind: Kind, image: &DynamicImage, quality: u8) -> ImageResult<(Kind, Vec<u8>)> {
    let mut out = Vec::new();
    let kind = match kind {
        Kind::Png => {
            eight_bit(image).write_with_encoder(PngEncoder::new(&mut out))?;
            Kind::Png
        }
        Kind::Webp if image.color().has_alpha() => {
            image.to_rgba8().write_with_encoder(WebPEncoder::new_lossless(&mut out))?;
            Kind::Webp
        }
        _ => {
            image.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut out, quality))?;
            Kind::Jpeg
        }
    };
    Ok((kind, out))
}

fn eight_bit(image: &DynamicImage) -> DynamicImage {
    if image.color().has_alpha() {
        DynamicImage::ImageRgba8(image.to_rgba8())
    } else if image.color().has_color() {
        DynamicImage::ImageRgb8(image.to_rgb8())
    } else {
        DynamicImage::ImageLuma8(image.to_luma8())
    }
}

#[cfg(test)]
pub(super) mod samples {
    use super::*;

    pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let image = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 60]));
        let mut out = Vec::new();
        image.write_with_encoder(JpegEncoder::new_with_quality(&mut out, 90)).unwrap();
        out
    }

    /// A JPEG with an EXIF block: orientation as given and a GPS word to look for.
    pub fn jpeg_with_exif(width: u32, height: u32, orientation: u8) -> Vec<u8> {
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
        exif.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
        exif.extend([0x0e, 0x01, 2, 0, 12, 0, 0, 0, 38, 0, 0, 0]);
        exif.extend([0, 0, 0, 0]);
        exif.extend(b"-6.30,107.3\0");
        let plain = jpeg(width, height);
        let mut out = plain[..2].to_vec();
        out.extend([0xff, 0xe1]);
        out.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
        out.extend(exif);
        out.extend(&plain[2..]);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::{samples::*, *};

    #[test]
    fn exif_goes_after_it_was_obeyed() {
        let given = jpeg_with_exif(60, 40, 6);
        assert!(given.windows(6).any(|w| w == b"107.3\0"));
        let redrawn = redraw(Kind::Jpeg, &given, &Limits::default()).unwrap();
        assert_eq!((redrawn.width, redrawn.height), (40, 60));
        assert!(!redrawn.bytes.windows(4).any(|w| w == b"Exif" || w == b"107."));
        assert_eq!(Kind::of(&redrawn.bytes).unwrap(), Kind::Jpeg);
    }

    #[test]
    fn large_photos_shrink_to_the_long_edge() {
        let limits = Limits { long_edge: 100, ..Limits::default() };
        let redrawn = redraw(Kind::Jpeg, &jpeg(400, 200), &limits).unwrap();
        assert_eq!((redrawn.width, redrawn.height), (100, 50));
        let small = redraw(Kind::Jpeg, &jpeg(80, 60), &limits).unwrap();
        assert_eq!((small.width, small.height), (80, 60));
    }

    #[test]
    fn png_and_webp_are_redrawn_in_a_fitting_format() {
        let image = image::RgbaImage::from_pixel(8, 8, image::Rgba([1, 2, 3, 100]));
        let mut png = Vec::new();
        image.write_with_encoder(PngEncoder::new(&mut png)).unwrap();
        let kept = redraw(Kind::Png, &png, &Limits::default()).unwrap();
        assert_eq!(Kind::of(&kept.bytes).unwrap(), Kind::Png);

        let mut webp = Vec::new();
        image.write_with_encoder(WebPEncoder::new_lossless(&mut webp)).unwrap();
        let kept = redraw(Kind::Webp, &webp, &Limits::default()).unwrap();
        assert_eq!((kept.kind, Kind::of(&kept.bytes).unwrap()), (Kind::Webp, Kind::Webp));

        let opaque = DynamicImage::ImageRgba8(image).to_rgb8();
        let mut webp = Vec::new();
        opaque.write_with_encoder(WebPEncoder::new_lossless(&mut webp)).unwrap();
        assert_eq!(redraw(Kind::Webp, &webp, &Limits::default()).unwrap().kind, Kind::Jpeg);
    }

    #[test]
    fn a_bomb_is_refused_from_its_header() {
        let image = image::GrayImage::new(1, 1);
        let mut png = Vec::new();
        image.write_with_encoder(PngEncoder::new(&mut png)).unwrap();
        // Width and height in IHDR, with the checksum made to fit.
        png[16..20].copy_from_slice(&60_000u32.to_be_bytes());
        png[20..24].copy_from_slice(&60_000u32.to_be_bytes());
        let crc = crc32(&png[12..29]);
        png[29..33].copy_from_slice(&crc.to_be_bytes());
        let error = redraw(Kind::Png, &png, &Limits::default()).err().unwrap();
        assert!(matches!(error, FileError::TooManyPixels { width: 60_000, .. }), "{error:?}");
    }

    #[test]
    fn damaged_photos_are_said_to_be_damaged() {
        let good = jpeg(50, 50);
        for cut in [3, 20, 100] {
            let error = redraw(Kind::Jpeg, &good[..cut], &Limits::default()).err().unwrap();
            assert_eq!(error.code(), "file_damaged", "{cut}");
        }
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
            })
        })
    }
}
