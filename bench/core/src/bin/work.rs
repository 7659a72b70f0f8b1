//! Runs a benchmark a given number of times, for a program that counts
//! instructions: `work NAME ROUNDS`. Without arguments, it lists the names.

use std::process::ExitCode;

use llm_mock_work::all;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(name), rounds) = (arguments.next(), arguments.next()) else {
        all().iter().for_each(|work| println!("{}", work.name));
        return ExitCode::SUCCESS;
    };
    let rounds = rounds.and_then(|rounds| rounds.parse().ok());
    let (Some(mut work), Some(rounds)) = (all().into_iter().find(|it| it.name == name), rounds)
    else {
        eprintln!("usage: work NAME ROUNDS");
        return ExitCode::FAILURE;
    };
    (0..rounds).for_each(|_: u64| (work.round)());
    ExitCode::SUCCESS
}
