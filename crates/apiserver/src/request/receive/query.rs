//! A query string: repeated keys in order, read as Go reads them.

/// The decoded pairs of a query.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Decodes `text`; pairs with a semicolon or a broken escape are dropped, as Go drops them.
    pub fn parse(text: &str) -> Query {
        let readable = |pair: &&str| !pair.is_empty() && !pair.contains(';') && escapes_are_whole(pair);
        let pairs = text.split('&').filter(readable);
        Query(pairs.flat_map(|pair| form_urlencoded::parse(pair.as_bytes()).into_owned()).collect())
    }

    /// The first value of `key`.
    pub fn first(&self, key: &str) -> Option<&str> {
        self.all(key).next()
    }

    /// Every value of `key`, in order.
    pub fn all(&self, key: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Whether the boolean option `key` is on: present and neither `false` nor `0`.
    pub fn flag(&self, key: &str) -> bool {
        self.flag_if_given(key).unwrap_or_default()
    }

    /// The boolean option `key`, when it is there at all.
    pub fn flag_if_given(&self, key: &str) -> Option<bool> {
        let value = self.first(key)?;
        Some(!(value == "0" || value.eq_ignore_ascii_case("false")))
    }

    /// The integer option `key`, when it is there at all.
    ///
    /// # Errors
    /// Go's text for an unparsable integer.
    pub fn integer(&self, key: &str) -> Result<Option<i64>, String> {
        let Some(text) = self.first(key) else { return Ok(None) };
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let problem = match text.parse() {
            Ok(number) => return Ok(Some(number)),
            Err(_) if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                "invalid syntax"
            }
            Err(_) => "value out of range",
        };
        Err(format!("strconv.ParseInt: parsing {}: {problem}", pintle_meta::field::go_quote(text)))
    }
}

/// Whether two hexadecimal digits follow every percent sign.
fn escapes_are_whole(text: &str) -> bool {
    let is_escape =
        |rest: &str| rest.as_bytes().iter().take(2).filter(|byte| byte.is_ascii_hexdigit()).count() == 2;
    text.split('%').skip(1).all(is_escape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_read_as_go_reads_them() {
        let query = Query::parse(
            "x%=1&y=%4&z=%zz&a=1&a=2&flag&off=False&zero=0&s=x%3Dy+z&bad;=1&n=-5&big=99999999999999999999&e=",
        );
        assert_eq!(query.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert!(query.flag("flag") && !query.flag("off") && !query.flag("zero") && !query.flag("absent"));
        assert_eq!(query.first("s"), Some("x=y z"));
        assert_eq!(["x%", "x", "y", "z"].map(|key| query.first(key)), [None; 4]);
        assert_eq!(query.integer("n"), Ok(Some(-5)));
        assert_eq!(query.integer("e"), Err("strconv.ParseInt: parsing \"\": invalid syntax".to_owned()));
        let range = "strconv.ParseInt: parsing \"99999999999999999999\": value out of range";
        assert_eq!(query.integer("big"), Err(range.to_owned()));
    }
}
