//! Generated documents, checked by the crate `jsonschema`.

mod time;

use super::*;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn valid_document(schema: &Value, seed: u64) -> Value {
    let text = Schema::read(&schema.to_string()).document(seed);
    let document: Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .unwrap();
    if let Err(error) = validator.validate(&document) {
        panic!("{error}\n{schema:#}\n{text}");
    }
    document
}

#[test]
fn documents_of_schemas_that_clients_send_are_valid() {
    let person = json!({"type": "object", "properties": {
        "name": {"type": "string"}, "age": {"type": "integer", "minimum": 0},
        "email": {"type": "string", "format": "email"}}, "required": ["name", "age"]});
    for schema in [
        person.clone(),
        json!({"type": "object", "properties": {}, "additionalProperties": false}),
        json!({"$ref": "#/$defs/Person", "$defs": {"Person": person}}),
        // pydantic's schemas of a tree, a linked list, unions and maps.
        json!({"$defs": {"Node": {"properties": {"value": {"type": "integer"}, "children":
            {"items": {"$ref": "#/$defs/Node"}, "type": "array"}}, "required": ["value", "children"],
            "type": "object", "additionalProperties": false}}, "$ref": "#/$defs/Node"}),
        json!({"type": "object", "properties": {"value": {"type": "number"}, "next":
            {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}, "required": ["value", "next"],
            "additionalProperties": false}),
        json!({"$defs": {"Cat": {"properties": {"kind": {"const": "cat"}, "lives": {"type": "integer",
            "maximum": 9, "exclusiveMinimum": 0}}, "required": ["kind", "lives"], "type": "object"},
            "Dog": {"properties": {"kind": {"const": "dog"}}, "required": ["kind"], "type": "object"}},
            "properties": {"pet": {"discriminator": {"propertyName": "kind"}, "oneOf":
            [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}]}, "scores": {"additionalProperties":
            {"type": "number"}, "type": "object", "minProperties": 2}, "pair": {"maxItems": 2, "minItems": 2, "prefixItems":
            [{"type": "string"}, {"type": "integer"}], "type": "array"}, "tags": {"type": "array",
            "uniqueItems": true, "minItems": 3, "items": {"enum": ["a", "b", "c", null]}}},
            "required": ["pet", "scores", "pair", "tags"], "type": "object"}),
        json!({"type": "object", "properties": {"a": {"type": ["string", "null"]}, "b":
            {"type": ["integer", "string"]}, "when": {"type": "string", "format": "date-time"}},
            "required": ["a", "b", "when", "c"], "additionalProperties": {"type": "boolean"}}),
        json!({"allOf": [{"$ref": "#/$defs/A"}, {"properties": {"x": {"minimum": 5}, "y": true}}],
            "$defs": {"A": {"type": "object", "properties": {"x": {"type": "integer", "maximum": 7}},
            "required": ["x", "y"]}}}),
        json!({"type": "array", "items": {"type": "string", "pattern": "^[a-f]{4}$"}, "minItems": 4}),
        json!({"type": "string", "minLength": 40, "maxLength": 41}),
        json!({"type": "object", "properties": {"price": {"type": "number", "multipleOf": 0.01,
            "exclusiveMinimum": 0, "maximum": 0.05}}, "required": ["price"]}),
        // Two schemas that refer to each other.
        json!({"$defs": {"A": {"type": "object", "properties": {"b": {"$ref": "#/$defs/B"}}, "required": ["b"]},
            "B": {"type": "object", "properties": {"a": {"type": "array", "items": {"$ref": "#/$defs/A"},
            "maxItems": 5}, "or": {"anyOf": [{"$ref": "#/$defs/A"}, {"type": "string"}]}}, "required": ["a", "or"]}},
            "$ref": "#/$defs/A"}),
    ] {
        for seed in 0..40 {
            valid_document(&schema, seed);
        }
    }
}

#[test]
fn googles_dialect_yields_the_same_document() {
    for (google, same) in [
        (
            json!({"type": "OBJECT", "properties": {"n": {"type": "ARRAY", "items":
                {"type": "INTEGER", "nullable": true}, "minItems": "2", "maxItems": "2"}},
                "required": ["n"], "propertyOrdering": ["n"]}),
            json!({"type": "object", "properties": {"n": {"type": "array", "items":
                {"type": "integer"}, "minItems": 2, "maxItems": 2}}, "required": ["n"]}),
        ),
        (
            json!({"type": "ARRAY", "min_items": 2, "max_items": 2, "items": {"any_of":
                [{"type": "STRING", "min_length": "4", "max_length": 5}]}}),
            json!({"type": "array", "minItems": 2, "maxItems": 2, "items": {"anyOf":
                [{"type": "string", "minLength": 4, "maxLength": 5}]}}),
        ),
    ] {
        for seed in 0..20 {
            let document = valid_document(&same, seed);
            let text = Schema::read(&google.to_string()).document(seed);
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), document);
        }
    }
}

#[test]
fn the_same_seed_makes_the_same_document() {
    let schema = Schema::read(
        r#"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"number"}}}"#,
    );
    assert_eq!(schema.document(7), schema.document(7));
    let all: std::collections::HashSet<_> = (0..20).map(|seed| schema.document(seed)).collect();
    assert!(all.len() > 10, "{all:?}");
    // Pinned: clients may compare with documents of an older version.
    assert_eq!(schema.document(0), r#"{"a":"river maple","b":1.67}"#);
}

#[test]
fn optional_properties_are_present_and_not_null() {
    let document = valid_document(
        &json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"anyOf":
            [{"type": "integer"}, {"type": "null"}], "default": null}, "c": {"enum": [null, 1]}}}),
        3,
    );
    assert!(document["a"].is_string() && document["b"].is_number() && document["c"] == 1);
}

#[test]
fn an_array_of_any_items_is_empty() {
    for schema in [
        json!({"type": "array"}),
        json!({"type": "array", "items": {}}),
        json!({"type": "array", "items": true}),
    ] {
        assert_eq!(valid_document(&schema, 1), json!([]));
    }
}

#[test]
fn a_recursive_schema_is_nested_once() {
    let list = json!({"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
        "required": ["next"]});
    assert_eq!(valid_document(&list, 1), json!({"next": {"next": null}}));
}

#[test]
fn a_schema_without_a_document_yields_an_empty_object() {
    let bomb = |links: usize| {
        let link = |n| {
            json!({"type": "object", "properties": {"a": {"$ref": format!("#/$defs/{}", n + 1)},
            "b": {"$ref": format!("#/$defs/{}", n + 1)}}, "required": ["a", "b"]})
        };
        let defs: Map<String, Value> = (0..links).map(|n| (n.to_string(), link(n))).collect();
        json!({"$ref": "#/$defs/0", "$defs": defs}).to_string()
    };
    let all = |n: usize| json!({"allOf": [{"$ref": format!("#/$defs/{}", n + 1)}, {"$ref": format!("#/$defs/{}", n + 1)}]});
    let defs: Map<String, Value> = (0..60).map(|n| (n.to_string(), all(n))).collect();
    let wide = json!({"$ref": "#/$defs/0", "$defs": defs}).to_string();
    let endless = r##"{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}"##;
    let many = r#"{"type":"array","minItems":1000000000}"#;
    let long = r#"{"type":"string","minLength":1000000000}"#;
    let deep = "{\"items\":".repeat(200) + "1" + &"}".repeat(200);
    for schema in [
        bomb(40).as_str(),
        endless,
        many,
        long,
        &deep,
        "",
        "[]",
        "7",
        "{}",
        &wide,
        r##"{"$ref":"#"}"##,
        r##"{"anyOf":[{"$ref":"#"}]}"##,
    ] {
        assert_eq!(Schema::read(schema).document(0), "{}", "{:.80}", schema);
    }
}

/// Schemas of the keywords that are covered.
fn schemas() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({"type": "boolean"})),
        Just(json!({"type": "null"})),
        Just(json!(true)),
        (
            -500i64..500,
            0i64..300,
            any::<[bool; 4]>(),
            prop_oneof![Just("integer"), Just("number")]
        )
            .prop_map(|(min, more, [a, b, c, d], kind)| {
                let mut it = json!({"type": kind});
                if a {
                    it[if c { "minimum" } else { "exclusiveMinimum" }] = json!(min);
                }
                if b {
                    it[if d { "maximum" } else { "exclusiveMaximum" }] = json!(min + more + 2);
                }
                it
            }),
        (1u32..50, 0u32..3, any::<bool>()).prop_map(|(step, digits, whole)| {
            let step = f64::from(step) / f64::from(10u32.pow(digits));
            match whole {
                true => json!({"type": "integer", "multipleOf": step.ceil()}),
                false => json!({"type": "number", "multipleOf": step}),
            }
        }),
        (0usize..30, 0usize..30).prop_map(
            |(min, more)| json!({"type": "string", "minLength": min, "maxLength": min + more})
        ),
        prop::sample::select(vec![
            "date-time",
            "date",
            "time",
            "duration",
            "email",
            "hostname",
            "ipv4",
            "ipv6",
            "uuid",
            "uri",
            "uri-reference",
            "iri",
            "uri-template",
            "json-pointer",
            "relative-json-pointer",
            "regex"
        ])
        .prop_map(|format| json!({"type": "string", "format": format})),
        prop::sample::select(vec!["^a+$", "^[A-Z]{3}\\d*$", "^(x|y|zz){2}$"])
            .prop_map(|pattern| json!({"type": "string", "pattern": pattern})),
        prop::collection::vec("[a-c\"\\\\é]{0,3}", 1..4).prop_map(|list| json!({"enum": list})),
        any::<i32>().prop_map(|it| json!({"const": it})),
        "[a-d]".prop_map(|name| json!({"$ref": format!("#/$defs/{name}")})),
        Just(json!({"type": ["string", "null", "integer"], "maxLength": 3, "maximum": -4})),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let fields = || prop::collection::btree_map("[a-f\"\\\\/~%é]{1,3}", (inner.clone(), any::<bool>()), 0..5);
        prop_oneof![
            (fields(), prop_oneof![Just(json!(false)), Just(json!(true)), inner.clone()]).prop_map(|(fields, more)| {
                let required: Vec<_> = fields.iter().filter(|(_, it)| it.1).map(|(name, _)| name.clone()).collect();
                let properties: Map<_, _> = fields.into_iter().map(|(name, it)| (name, it.0)).collect();
                json!({"type": "object", "properties": properties, "required": required, "additionalProperties": more})
            }),
            (inner.clone(), 0usize..4, 0usize..3).prop_map(|(items, min, more)|
                json!({"type": "array", "items": items, "minItems": min, "maxItems": min + more})),
            (prop::collection::vec(inner.clone(), 1..4), any::<bool>()).prop_map(|(list, closed)| match closed {
                true => json!({"type": "array", "prefixItems": list, "items": false, "minItems": list.len()}),
                false => json!({"type": "array", "prefixItems": list, "minItems": list.len()}),
            }),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|list| json!({"anyOf": list})),
            fields().prop_map(|fields| {
                let part = |(name, it): (String, (Value, bool))| json!({"type": "object", "properties": {name.clone(): it.0}, "required": [name]});
                json!({"allOf": fields.into_iter().map(part).collect::<Vec<_>>()})
            }).prop_filter("allOf has parts", |it| it["allOf"].as_array().is_some_and(|list| !list.is_empty())),
            fields().prop_map(|fields| {
                let part = |(name, it): (String, (Value, bool))| json!({"type": "object",
                    "properties": {"kind": {"const": name}, name.clone(): it.0}, "required": ["kind"]});
                json!({"oneOf": fields.into_iter().filter(|(name, _)| name != "kind").map(part).collect::<Vec<_>>()})
            }).prop_filter("oneOf has parts", |it| it["oneOf"].as_array().is_some_and(|list| !list.is_empty())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// A schema that has a valid document yields one.
    #[test]
    fn a_document_is_valid(root in schemas(), defs in prop::collection::vec(schemas(), 3), seed: u64) {
        let names = ["a", "b", "c"];
        let mut defs: Map<String, Value> = names.iter().map(|&name| name.to_owned()).zip(defs).collect();
        defs.insert("d".to_owned(), json!({"type": "integer"}));
        let schema = json!({"type": "object", "properties": {"it": root}, "required": ["it"], "$defs": defs});
        let read = Schema::read(&schema.to_string());
        // Without a finite document there is nothing to check.
        prop_assume!(read.min_depths.get(0) < min_depth::ENDLESS);
        valid_document(&schema, seed);
    }

    #[test]
    fn never_panics(text in "[{}\\[\\]\":,#/$a-z0-9]{0,60}", seed: u64) {
        Schema::read(&text).document(seed);
    }
}
