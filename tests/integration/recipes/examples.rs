//! The code blocks of the documentation, and the nginx that runs them.

use crate::support::nginx::{Conf, Nginx, check};

/// A fenced block, and the heading it stands below.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    pub heading: &'a str,
    pub language: &'a str,
    pub text: &'a str,
}

/// The fenced blocks of a page, in its order.
pub fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut heading = "";
    let mut rest = page;
    while let Some((line, after)) = rest.split_once('\n') {
        rest = after;
        if let Some(language) = line.strip_prefix("```") {
            let (text, after) = rest.split_once("```\n").expect("the block has no end");
            blocks.push(Block {
                heading,
                language,
                text,
            });
            rest = after;
        } else if let Some((_, text)) = line.split_once("# ") {
            if line.starts_with('#') {
                heading = text;
            }
        }
    }
    blocks
}

/// What a block of nginx directives has for the two contexts, below the lines
/// `# http` and `# server`.
pub fn contexts(text: &str) -> [String; 2] {
    let mut contexts = [String::new(), String::new()];
    let mut context = None;
    for line in text.lines() {
        match line {
            "# http" => context = Some(0),
            "# server" => context = Some(1),
            _ if line.is_empty() => {}
            _ => {
                let context: usize = context.unwrap_or_else(|| panic!("no context: {line}"));
                contexts[context] += &format!("{line}\n");
            }
        }
    }
    contexts
}

/// A directive that not every nginx has, and the module that it needs.
const OPTIONAL: [(&str, &str); 3] = [
    ("sub_filter_types", "ngx_http_sub_module"),
    ("lua_shared_dict", "lua-nginx-module"),
    ("js_import", "njs"),
];

/// A paragraph of the documentation as a configuration of a test's nginx.
pub struct Example {
    name: String,
    main: String,
    http: String,
    server: String,
    files: Vec<(String, String)>,
}

impl Example {
    /// Directives for the two contexts.
    pub fn new(name: &str, [http, server]: [String; 2]) -> Self {
        Self {
            name: name.to_owned(),
            main: load_modules(),
            http,
            server,
            files: Vec::new(),
        }
    }

    /// The blocks below a heading of `docs/recipes.md`.
    pub fn of_recipe(heading: &str) -> Self {
        let page = include_str!("../../../docs/recipes.md");
        let mut found: Vec<_> = blocks(page);
        found.retain(|block| block.heading == heading);
        let nginx = found.iter().find(|block| block.language == "nginx");
        let nginx = nginx.unwrap_or_else(|| panic!("no recipe {heading:?}"));
        let mut example = Self::new(heading, contexts(nginx.text));
        let scripts = found.iter().filter(|block| block.language == "js");
        example.files = scripts
            .map(|block| ("mock.js".to_owned(), block.text.to_owned()))
            .collect();
        example
    }

    /// The same with directives that all its locations inherit.
    pub fn inheriting(mut self, directives: &str) -> Self {
        self.http = format!("{directives}\n{}", self.http);
        self
    }

    fn conf<'a>(&'a self, files: &'a [(&'a str, &'a str)]) -> Conf<'a> {
        Conf {
            main: &self.main,
            http: &self.http,
            server: &self.server,
            files,
            ..Conf::default()
        }
    }

    /// Asserts that `nginx -t` accepts it. `false` if the server lacks a module
    /// that it needs.
    pub fn is_accepted(&self) -> bool {
        let files = self.files();
        let (accepted, output) = check(&self.conf(&files));
        let lacking = OPTIONAL
            .iter()
            .find(|(name, _)| output.contains(&format!("unknown directive \"{name}\"")));
        if let (false, Some((_, module))) = (accepted, lacking) {
            // Past cargo, which shows no output of tests that pass.
            let line = format!("left out: {:?} needs {module}\n", self.name);
            std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).unwrap();
            return false;
        }
        assert!(accepted, "{}: {output}", self.name);
        true
    }

    /// Starts nginx with it. `None` if the server lacks a module that it needs.
    pub fn start(&self) -> Option<Nginx> {
        let files = self.files();
        self.is_accepted().then(|| Nginx::with(&self.conf(&files)))
    }

    fn files(&self) -> Vec<(&str, &str)> {
        let files = self.files.iter();
        files.map(|(name, text)| (&**name, &**text)).collect()
    }
}

/// Loads the dynamic modules that `LLM_MOCK_TEST_LOAD` names.
fn load_modules() -> String {
    let paths = std::env::var("LLM_MOCK_TEST_LOAD").unwrap_or_default();
    let paths = paths.split(':').filter(|path| !path.is_empty());
    paths.map(|path| format!("load_module {path};\n")).collect()
}
