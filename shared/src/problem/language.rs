//! The language that a client prefers.

use lambda_http::http::{HeaderMap, header::ACCEPT_LANGUAGE};

/// A language of problem texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Chinese, unless the client prefers English.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// English where `Accept-Language` (RFC 9110, section 12.5.4) prefers it to Chinese, else Chinese.
    #[must_use]
    pub fn preferred(headers: &HeaderMap) -> Self {
        let ranges = headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
        let (mut chinese, mut english) = (None, None);
        for (order, range) in ranges.flat_map(|value| value.split(',')).enumerate() {
            let (tag, weight) = parse(range);
            // Of two equal weights the one named first wins.
            let rank = (weight, usize::MAX - order);
            let of = |wanted: &mut Option<_>| *wanted = (*wanted).max((weight > 0).then_some(rank));
            match tag.to_ascii_lowercase().as_str() {
                "zh" => of(&mut chinese),
                "en" => of(&mut english),
                _ => {}
            }
        }
        if english > chinese { Self::English } else { Self::Chinese }
    }
}

/// The primary language of a range such as `en-GB;q=0.8`, and its weight in thousandths.
fn parse(range: &str) -> (&str, u16) {
    let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
    let weight = parameters.trim().strip_prefix("q=").map_or(1.0, |q| q.trim().parse::<f32>().unwrap_or(0.0));
    let primary = tag.trim().split('-').next().unwrap_or_default();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 0–1000; NaN becomes 0"
    )]
    (primary, (weight.clamp(0.0, 1.0) * 1000.0) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preferred(value: &str) -> Language {
        Language::preferred(&HeaderMap::from_iter([(ACCEPT_LANGUAGE, value.parse().unwrap())]))
    }

    #[test]
    fn chinese_unless_english_is_preferred() {
        assert_eq!(Language::preferred(&HeaderMap::new()), Language::Chinese);
        for value in [
            "",
            "zh-CN",
            "zh-CN,zh;q=0.9,en;q=0.8",
            "fr",
            "*",
            "en;q=0",
            "zh,en",
            "en;q=0.3,zh;q=0.4",
            ";;,=q",
        ] {
            assert_eq!(preferred(value), Language::Chinese, "{value:?}");
        }
        for value in ["en", "EN-us", "en-GB, zh;q=0.5", "en,zh", "fr, en;q=0.1", "zh;q=0.2, en-US;q=0.9"] {
            assert_eq!(preferred(value), Language::English, "{value:?}");
        }
    }
}
