//! The time of a schema, whatever it is: a worker has one thread.

use std::time::Duration;

use super::super::*;
use crate::testing::cpu_time;

/// How many times as long the large schema of a shape is as the small one.
const GROWTH: usize = 16;

/// Schemas of up to `len` bytes whose time was not linear once, or may be so.
fn shapes(len: usize) -> Vec<(&'static str, String)> {
    let list = |len: usize, item: &dyn Fn(usize) -> String| {
        let mut list = item(0);
        for nth in 1.. {
            let item = item(nth);
            if list.len() + item.len() >= len {
                break;
            }
            list = list + "," + &item;
        }
        list
    };
    let room = len - 400;
    let pad = |used: usize| "x".repeat(room - used);
    let array = |items: &str, used: usize| {
        let pad = pad(used);
        format!(r#"{{"type":"array","minItems":20000,"items":{items},"x":"{pad}"}}"#)
    };
    let full_array =
        |items: String| format!(r#"{{"type":"array","minItems":20000,"items":{items}}}"#);
    let reference = |nth: usize| format!(r##""d{nth}":{{"$ref":"#/$defs/d{}"}}"##, nth + 1);
    let back = |nth: usize| format!(r##""d{}":{{"$ref":"#/$defs/d{nth}"}}"##, nth + 1);
    let zeros = |len| list(len, &|_| "0".to_owned());
    let digits = "1".repeat(room);
    let many_of = |keyword: &str| list(room, &|nth| format!(r#""{keyword}":{}"#, 1000 + nth));
    let pattern = |text: &str| array(&format!(r#"{{"type":"string","pattern":"{text}"}}"#), 6000);
    let wide = list(room / 2, &|nth| format!(r#""p{nth}":{{}}"#));
    vec![
        (
            "references",
            format!(r#"{{"$defs":{{{}}}}}"#, list(room, &reference)),
        ),
        (
            "references back",
            format!(r#"{{"$defs":{{{}}}}}"#, list(room, &back)),
        ),
        (
            "references back among values",
            format!(
                r#"{{"$defs":{{{}}},"x":[{}]}}"#,
                list(room / 4, &back),
                zeros(room / 2)
            ),
        ),
        (
            "required properties",
            format!(
                r##"{{"x":{{"$ref":"#"}},"type":"object","properties":{{{}}},"required":[{}]}}"##,
                list(room / 2, &|nth| format!(r#""p{nth}":{{}}"#)),
                list(room / 2, &|nth| format!(r#""p{}""#, room - nth)),
            ),
        ),
        (
            "nested lists of types",
            format!(
                "{}{}{}",
                r#"{"type":["#.repeat(60),
                zeros(room - 800),
                "]}".repeat(60)
            ),
        ),
        (
            "long pointers",
            format!(
                r##"{{"a":{}{{}}{},"x":[{}]}}"##,
                r#"{"a":"#.repeat(99),
                "}".repeat(99),
                list(room - 900, &|_| format!(
                    r##"{{"$ref":"#{}"}}"##,
                    "/a".repeat(100)
                )),
            ),
        ),
        (
            "long number",
            full_array(format!(r#"{{"type":"integer","minimum":{digits}}}"#)),
        ),
        (
            "long count",
            full_array(format!(
                r#"{{"maxItems":0,"minItems":"{}"}}"#,
                "0".repeat(room)
            )),
        ),
        (
            "long number in enum",
            full_array(format!(r#"{{"type":"null","enum":[1,{digits}]}}"#)),
        ),
        (
            "wide enum",
            full_array(format!(r#"{{"enum":[{}]}}"#, zeros(room))),
        ),
        (
            "wide anyOf",
            full_array(format!(r#"{{"anyOf":[{}]}}"#, zeros(room))),
        ),
        (
            "duplicate limits",
            full_array(format!("{{{}}}", many_of("minimum"))),
        ),
        (
            "duplicate steps",
            full_array(format!("{{{}}}", many_of("multipleOf"))),
        ),
        (
            "duplicate properties",
            format!(r#"{{"properties":{{{}}}}}"#, many_of("a")),
        ),
        (
            "properties twice",
            format!(r#"{{"allOf":[{{"properties":{{{wide}}}}},{{"properties":{{{wide}}}}}]}}"#),
        ),
        (
            "contradiction",
            array(r#"{"type":"string","minLength":60000,"maxLength":0}"#, 100),
        ),
        (
            "duplicates of one item",
            array(
                r#"{"type":"array","uniqueItems":true,"minItems":2,"items":{"const":1}}"#,
                100,
            ),
        ),
        ("pattern of groups", pattern(&"(a|b)".repeat(300))),
        ("pattern of negations", pattern(&"[^é]".repeat(400))),
        (
            "pattern of one class",
            pattern(&format!("[^{}]*", "é".repeat(1900))),
        ),
        ("pattern of open groups", pattern(&"(".repeat(1999))),
    ]
}

#[test]
fn reading_takes_linear_time() {
    /// Quadratic time grows [`GROWTH`] times as much as linear time.
    const TOLERANCE: u32 = 4;
    for ((name, small), (_, large)) in shapes(LONGEST / GROWTH).into_iter().zip(shapes(LONGEST)) {
        assert!(
            large.len() <= LONGEST && large.len() > LONGEST / 2,
            "{name}: {}",
            large.len()
        );
        let small = cpu_time(5, || Schema::read(&small));
        let large = cpu_time(3, || Schema::read(&large));
        let most = TOLERANCE * GROWTH as u32 * small.max(Duration::from_micros(100));
        assert!(large <= most, "{name}: {small:?}, {large:?}");
    }
}

#[test]
fn generating_takes_bounded_time() {
    for (name, schema) in shapes(LONGEST) {
        let schema = Schema::read(&schema);
        // 10 ms where it is optimized; less than a tenth of the bound here.
        let time = cpu_time(1, || schema.document(0));
        assert!(time < Duration::from_secs(2), "{name}: {time:?}");
    }
}
