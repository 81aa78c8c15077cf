//! A QR code as the path of a drawing, so that a page needs neither a picture nor a style of its own.

use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code, as its standard asks.
const QUIET: usize = 4;

/// A code ready to be drawn.
pub struct Qr {
    /// Width and height with the quiet zone, in modules.
    pub side: usize,
    /// The dark modules, for the attribute `d` of a path.
    pub path: String,
}

/// The code of a text; none when it is too long for one.
pub fn qr(text: &str) -> Option<Qr> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (row, modules) in code.to_colors().chunks(width).enumerate() {
        let mut column = 0;
        for run in modules.chunk_by(|a, b| a == b) {
            if run.first() == Some(&Color::Dark) {
                let (x, y, n) = (column + QUIET, row + QUIET, run.len());
                path.push_str(&format!("M{x} {y}h{n}v1h-{n}z"));
            }
            column += run.len();
        }
    }
    Some(Qr { side: width + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners_and_stays_inside() {
        let code = qr("otpauth://totp/AGLIS:rina?secret=JBSWY3DPEHPK3PXP&issuer=AGLIS").unwrap();
        for corner in [
            "M4 4h7v1h-7z".to_owned(),
            format!("M{} 4h7v1h-7z", code.side - 11),
            format!("M4 {}h7v1h-7z", code.side - 5),
        ] {
            assert!(code.path.contains(&corner), "{corner} in {}", code.path);
        }
        assert!(code.path.len() < 8_000, "{} bytes", code.path.len());
        assert!(qr(&"x".repeat(5_000)).is_none());
    }
}
