//! Charts as the pages draw them: plain shapes, with the figures beside them in words or in a table.

/// How high the highest bar is.
const HEIGHT: i64 = 40;

/// One bar: a part below and a part on top of it. Heights and places are in units of the drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// Where the lower part begins.
    pub y: i64,
    /// How high the lower part is.
    pub height: i64,
    /// Where the upper part begins.
    pub top_y: i64,
    /// How high the upper part is.
    pub top_height: i64,
}

/// Bars for pairs of figures, the highest as high as the drawing; what is not nothing can be seen.
pub fn bars(pairs: &[(i64, i64)]) -> Vec<Bar> {
    let most = pairs.iter().map(|(low, top)| low + top).max().unwrap_or(0).max(1);
    let scaled = |figure: i64| if figure > 0 { (figure * HEIGHT / most).max(1) } else { 0 };
    pairs
        .iter()
        .map(|(low, top)| {
            let (height, top_height) = (scaled(*low), scaled(*top));
            let y = HEIGHT + 2 - height;
            Bar { y, height, top_y: y - top_height, top_height }
        })
        .collect()
}

/// A share from 0 to 1 as a whole number of hundredths, for the width of a bar.
pub fn hundredths(share: f64) -> i64 {
    (share.clamp(0.0, 1.0) * 100.0).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bar_fills_the_drawing_and_small_figures_can_be_seen() {
        let drawn = bars(&[(30, 10), (0, 0), (1, 0)]);
        assert_eq!(drawn[0], Bar { y: 12, height: 30, top_y: 2, top_height: 10 });
        assert_eq!((drawn[1].height, drawn[1].top_height), (0, 0));
        assert_eq!((drawn[2].y, drawn[2].height), (41, 1));
        assert!(bars(&[]).is_empty());
        assert_eq!(bars(&[(0, 0)])[0].height, 0, "nothing at all is no division by nothing");
    }

    #[test]
    fn shares_stay_within_the_bar() {
        assert_eq!((hundredths(0.0), hundredths(0.985), hundredths(1.7)), (0, 99, 100));
    }
}
