//! FieldsV1 and the algebra of its sets.

use crate::documents::Choices;
use crate::object::Kind;
use pintle_meta::value::{parse, to_json};
use pintle_schema::ownership::{FieldSet, fields_of, fields_v1};
use proptest::collection::vec;
use proptest::prelude::*;

fn sets(bytes: &[u8]) -> [FieldSet; 2] {
    let mut choices = Choices(bytes);
    let kind = Kind::chosen(&mut choices);
    [(); 2].map(|()| fields_of(kind.schema(), &kind.document(&mut choices)))
}

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn sets_are_the_same_after_they_were_documents(bytes in vec(any::<u8>(), 0..300)) {
        for set in sets(&bytes) {
            let text = to_json(&fields_v1::to_document(&set));
            let again = fields_v1::from_document(&parse(&text).unwrap()).unwrap();
            prop_assert_eq!(&again, &set);
            prop_assert_eq!(to_json(&fields_v1::to_document(&again)), text);
        }
    }

    #[test]
    fn sets_are_sets(bytes in vec(any::<u8>(), 0..300)) {
        let [a, b] = sets(&bytes);
        let union = a.clone().union(b.clone());
        prop_assert_eq!(&union, &b.clone().union(a.clone()));
        prop_assert_eq!(a.intersection(&b), b.intersection(&a));
        prop_assert!(a.is_within(&union) && b.is_within(&union));
        prop_assert!(a.intersection(&b).is_within(&a));
        let only_a = a.clone().difference(&b);
        prop_assert!(only_a.intersection(&b).is_empty());
        prop_assert_eq!(only_a.union(a.intersection(&b)), a.clone());
        prop_assert_eq!(union.clone().difference(&a).union(a.clone()), union);
        prop_assert!(a.clone().without_below(&b).is_within(&a.difference(&b)));
    }

    #[test]
    fn whatever_text_is_read_is_written_the_same(text in r#"\{"(f:|k:|v:|i:|\.)?[ -~]{0,12}":\{\}\}"#) {
        let Ok(document) = parse(text.as_bytes()) else { return Ok(()) };
        if let Some(set) = fields_v1::from_document(&document) {
            let again = fields_v1::from_document(&fields_v1::to_document(&set));
            prop_assert_eq!(again, Some(set));
        }
    }
}
