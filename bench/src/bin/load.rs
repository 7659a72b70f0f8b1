//! The load client: sends requests over many connections and checks every byte
//! of the replies.

use anyhow::Result;
use clap::Parser;
use llm_mock_bench::crowd::{self, Options};

/// Sends requests over many connections, checks every byte of the replies, and
/// reports their times.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    options: Options,
    /// Print all that was counted, as JSON.
    #[arg(long)]
    json: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let tally = crowd::run(&arguments.options)?;
    match arguments.json {
        true => println!("{}", serde_json::to_string(&tally)?),
        false => print!("{}", crowd::summary(&arguments.options, &tally)),
    }
    Ok(())
}
