//! Hostile input ends soon, with an answer, on a small stack.

use super::{emit, json, parse};
use pintle_meta::value::DEPTH_MAX;
use std::time::Duration;

/// Runs on a small stack; fails when it takes unreasonably long.
fn bounded(work: impl FnOnce() + Send + 'static) {
    let (done, wait) = std::sync::mpsc::sync_channel(1);
    let thread = std::thread::Builder::new().stack_size(128 << 10).spawn(move || {
        work();
        done.send(()).unwrap();
    });
    let thread = thread.unwrap();
    let outcome = wait.recv_timeout(Duration::from_secs(60));
    if outcome.is_err() && thread.is_finished() {
        std::panic::resume_unwind(thread.join().unwrap_err());
    }
    assert!(outcome.is_ok(), "took longer than a minute");
}

#[test]
fn depth_is_bounded() {
    bounded(|| {
        let deepest = "[".repeat(DEPTH_MAX) + &"]".repeat(DEPTH_MAX);
        let printed = emit(&parse(deepest.as_bytes()).unwrap().value);
        // Comparing values would recurse.
        assert!(emit(&parse(&printed).unwrap().value) == printed);
        let too_deep = "yaml: exceeded max depth of 10000";
        assert_eq!(json("[".repeat(DEPTH_MAX + 1)), too_deep);
        assert_eq!(json("{a: ".repeat(DEPTH_MAX + 1)), too_deep);
        assert_eq!(json("- ".repeat(DEPTH_MAX + 1)), too_deep);
        assert_eq!(json("- ".repeat(6_000) + &"[".repeat(6_000)), too_deep);
        let nested = "- &a ".to_owned() + &"[".repeat(9_000) + "1" + &"]".repeat(9_000);
        assert_eq!(json(nested + "\n- " + &"[".repeat(2_000) + "*a" + &"]".repeat(2_000)), too_deep);
    });
}

#[test]
fn aliases_are_bounded() {
    bounded(|| {
        let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..10 {
            let aliases = vec![format!("*a{}", n - 1); 10].join(", ");
            laughs += &format!("a{n}: &a{n} [{aliases}]\n");
        }
        assert_eq!(json(&laughs), "yaml: document contains excessive aliasing");
        let long = format!("a: &a {}\nb: [{}]", "x".repeat(100_000), "*a, ".repeat(500));
        assert_eq!(json(&long), "yaml: document contains excessive aliasing");
        let fair = format!("a: &a {{b: 1}}\nc: [{}]", "*a, ".repeat(500));
        assert!(parse(fair.as_bytes()).is_ok());
    });
}

#[test]
fn large_input_takes_time_in_proportion() {
    const SIZE: usize = 3 << 20;
    bounded(|| {
        let full = |part: &str| part.repeat(SIZE / part.len());
        for text in [
            full("["),
            "[".repeat(DEPTH_MAX - 1) + &full(","),
            "[".repeat(DEPTH_MAX - 2) + &full("[],"),
            full("[[[[[[[[[[]]]]]]]]]],").replacen('[', "[[", 1),
            full("{a: "),
            full("[a: "),
            full("a: "),
            full("- "),
            full("? "),
            full("a\n"),
            full("'\n"),
            full("\"\\\n"),
            full("|\n"),
            full("%TAG !a! b\n"),
            full("# c\n"),
            full("!a%"),
            full(" "),
            full("\u{feff}"),
            full("- a: &a *a\n"),
            full("a: 1\n"),
            full("<<: {a: 1}\n"),
            full("\\"),
            "a: |\n".to_owned() + &full(" \n"),
            "a: \"".to_owned() + &full("\n "),
            "[".to_owned() + &full("\"a\":1,"),
        ] {
            let _ = parse(text.as_bytes());
        }
        let keys: String = (0..200_000).map(|n| format!("k{n}: 1\n")).collect();
        let value = parse(keys.as_bytes()).unwrap().value;
        assert_eq!(value.as_map().unwrap().len(), 200_000);
        assert_eq!(parse(&emit(&value)).unwrap().value, value);
    });
}

#[test]
fn nothing_panics_and_what_reads_prints_and_reads_again() {
    const PARTS: [&str; 48] = [
        "a",
        "b",
        "1",
        "- ",
        "-",
        ": ",
        ":",
        "? ",
        "?",
        "\n",
        "\n ",
        "\n  ",
        " ",
        "\t",
        "[",
        "]",
        "{",
        "}",
        ",",
        "#",
        "&a ",
        "*a",
        "!",
        "!!str ",
        "!<",
        ">",
        "|",
        "|-\n",
        ">+\n",
        "'",
        "\"",
        "\\",
        "\\x41",
        "%TAG ! x",
        "%YAML 1.1\n",
        "---",
        "...",
        "<<",
        "~",
        "0x1",
        "é",
        "\u{2028}",
        "\u{85}",
        "\r\n",
        "\u{feff}",
        "😀",
        "@",
        "1.5",
    ];
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % below
    };
    let mut read = 0;
    for _ in 0..60_000 {
        let mut text: String = (0..next(14)).map(|_| PARTS[next(PARTS.len())]).collect();
        if next(3) == 0 {
            text = format!("k: 1\nl:\n- x: 'y'\n  z: \"w\"\n{text}");
        }
        let mut bytes = text.into_bytes();
        if next(10) == 0 && !bytes.is_empty() {
            let at = next(bytes.len());
            bytes[at] = next(256) as u8;
        }
        let Ok(parsed) = parse(&bytes) else { continue };
        read += 1;
        let printed = emit(&parsed.value);
        // As in the reference a key that is the text `<<` is printed as if it were a merge.
        if printed.windows(2).any(|pair| pair == b"<<") {
            continue;
        }
        let again = parse(&printed).map(|parsed| parsed.value);
        let shown = String::from_utf8_lossy(&bytes);
        assert_eq!(
            again.as_ref(),
            Ok(&parsed.value),
            "{shown:?} printed {:?}",
            String::from_utf8_lossy(&printed)
        );
    }
    assert!(read > 5_000, "only {read} were read");
}
