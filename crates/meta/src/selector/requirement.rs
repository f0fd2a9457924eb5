//! One requirement of a label selector: a key, an operator and values.

use crate::field::{FieldError, FieldErrorKind};
use crate::names;
use crate::value::{Map, Str, Value};
use std::fmt;

/// How a label's value must relate to a requirement's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelOperator {
    /// One of the values.
    In,
    /// Absent, or none of the values.
    NotIn,
    /// The value, written `=`.
    Equals,
    /// The value, written `==`.
    DoubleEquals,
    /// Absent, or not the value.
    NotEquals,
    /// An integer above the value.
    GreaterThan,
    /// An integer below the value.
    LessThan,
    /// Present.
    Exists,
    /// Absent.
    DoesNotExist,
}

impl LabelOperator {
    /// The reference's name, which is not always how it is written in a selector.
    pub fn as_str(self) -> &'static str {
        match self {
            LabelOperator::In => "in",
            LabelOperator::NotIn => "notin",
            LabelOperator::Equals => "=",
            LabelOperator::DoubleEquals => "==",
            LabelOperator::NotEquals => "!=",
            LabelOperator::GreaterThan => "gt",
            LabelOperator::LessThan => "lt",
            LabelOperator::Exists => "exists",
            LabelOperator::DoesNotExist => "!",
        }
    }
}

/// One requirement.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelRequirement {
    key: Str,
    operator: LabelOperator,
    values: Vec<Str>,
    /// The one value of `>` and `<`, parsed once.
    bound: i64,
}

impl LabelRequirement {
    /// Of these parts, in the given order of values.
    ///
    /// # Errors
    /// The reference's text of all that is wrong with key, number of values and values.
    pub fn new(
        key: impl Into<Str>,
        operator: LabelOperator,
        values: Vec<Str>,
    ) -> Result<LabelRequirement, String> {
        let key = key.into();
        let mut errors: Vec<FieldError> = key_error("key", &key).into_iter().collect();
        errors.extend(count_error(operator, &values));
        let mut bound = 0;
        if matches!(operator, LabelOperator::GreaterThan | LabelOperator::LessThan) {
            for (at, value) in values.iter().enumerate() {
                match value.parse() {
                    Ok(number) => bound = number,
                    Err(_) => errors.push(FieldError::invalid(
                        format!("values[{at}]"),
                        &Value::String(value.clone()),
                        "for 'Gt', 'Lt' operators, the value must be an integer",
                    )),
                }
            }
        }
        errors.extend(values.iter().enumerate().filter_map(|(at, value)| value_error(&key, at, value)));
        if errors.is_empty() {
            return Ok(LabelRequirement { key, operator, values, bound });
        }
        Err(FieldError::aggregate(&errors))
    }

    /// The label it is about.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The operator.
    pub fn operator(&self) -> LabelOperator {
        self.operator
    }

    /// The values, in the order they were given.
    pub fn values(&self) -> &[Str] {
        &self.values
    }

    /// Whether `labels` meet it.
    pub fn matches(&self, labels: &Map) -> bool {
        self.admits(labels.get(&self.key).map(|value| value.as_str().unwrap_or_default()))
    }

    /// Whether it is met by this value of its label; `None` when there is no such label.
    pub fn admits(&self, label: Option<&str>) -> bool {
        match self.operator {
            LabelOperator::In | LabelOperator::Equals | LabelOperator::DoubleEquals => {
                label.is_some_and(|text| self.has_value(text))
            }
            LabelOperator::NotIn | LabelOperator::NotEquals => label.is_none_or(|text| !self.has_value(text)),
            LabelOperator::Exists => label.is_some(),
            LabelOperator::DoesNotExist => label.is_none(),
            LabelOperator::GreaterThan => integer(label).is_some_and(|number| number > self.bound),
            LabelOperator::LessThan => integer(label).is_some_and(|number| number < self.bound),
        }
    }

    fn has_value(&self, text: &str) -> bool {
        self.values.iter().any(|value| value == text)
    }

    /// The one value that a label must have; `None` when there are more or others would do.
    pub(super) fn exact(&self) -> Option<&str> {
        use LabelOperator::{DoubleEquals, Equals, In};
        match (self.operator, self.values.as_slice()) {
            (Equals | DoubleEquals | In, [one]) => Some(one),
            _ => None,
        }
    }
}

fn integer(label: Option<&str>) -> Option<i64> {
    label?.parse().ok()
}

/// What is wrong with a label key, if anything.
pub(super) fn key_error(path: &str, key: &str) -> Option<FieldError> {
    let errors = names::qualified_name(key);
    (!errors.is_empty()).then(|| FieldError::invalid(path, &Value::from(key), errors.join("; ")))
}

fn value_error(key: &str, at: usize, value: &Str) -> Option<FieldError> {
    let errors = names::label_value(value);
    let path = || format!("values[{at}][{key}]");
    (!errors.is_empty())
        .then(|| FieldError::invalid(path(), &Value::String(value.clone()), errors.join("; ")))
}

/// What is wrong with the number of values, if anything.
fn count_error(operator: LabelOperator, values: &[Str]) -> Option<FieldError> {
    let (fits, detail) = match operator {
        LabelOperator::In | LabelOperator::NotIn => {
            (!values.is_empty(), "for 'in', 'notin' operators, values set can't be empty")
        }
        LabelOperator::Equals | LabelOperator::DoubleEquals | LabelOperator::NotEquals => {
            (values.len() == 1, "exact-match compatibility requires one single value")
        }
        LabelOperator::Exists | LabelOperator::DoesNotExist => {
            (values.is_empty(), "values set must be empty for exists and does not exist")
        }
        LabelOperator::GreaterThan | LabelOperator::LessThan => {
            (values.len() == 1, "for 'Gt', 'Lt' operators, exactly one value is required")
        }
    };
    let shown = || match values {
        [] => Value::Null,
        _ => values.iter().cloned().map(Value::String).collect(),
    };
    (!fits).then(|| FieldError::new(FieldErrorKind::Invalid, "values", detail).showing(&shown()))
}

/// As a selector writes it: values sorted.
impl fmt::Display for LabelRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &self.key;
        let mut values: Vec<&str> = self.values.iter().map(Str::as_str).collect();
        values.sort_unstable();
        let values = values.join(",");
        match self.operator {
            LabelOperator::Exists => write!(f, "{key}"),
            LabelOperator::DoesNotExist => write!(f, "!{key}"),
            LabelOperator::In => write!(f, "{key} in ({values})"),
            LabelOperator::NotIn => write!(f, "{key} notin ({values})"),
            LabelOperator::GreaterThan => write!(f, "{key}>{values}"),
            LabelOperator::LessThan => write!(f, "{key}<{values}"),
            exact => write!(f, "{key}{}{values}", exact.as_str()),
        }
    }
}
