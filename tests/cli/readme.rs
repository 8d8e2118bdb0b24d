//! README tells the truth: its screen is what the program prints, and its commands run.

use crate::world::jurisdig;

const README: &str = include_str!("../../README.md");

#[test]
fn the_screen_in_readme_is_the_screen_of_the_program() {
    let output = jurisdig()
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["--records", "examples/ministry.zone", "www.ministere-exemple.fr", "--width", "80"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let now = String::from_utf8(output.stdout).unwrap();
    let (before, rest) = README.split_once("```text\n").unwrap();
    let (written, after) = rest.split_once("\n```").unwrap();
    if std::env::var_os("UPDATE_README").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
        std::fs::write(path, format!("{before}```text\n{}\n```{after}", now.trim_end())).unwrap();
        return;
    }
    assert_eq!(written, now.trim_end(), "run the tests once with UPDATE_README=1 and read the difference");
}

#[test]
fn the_commands_of_readme_are_commands() {
    for command in ["audit", "explain", "who", "replay", "laws", "data", "gen"] {
        jurisdig().args([command, "--help"]).assert().success();
    }
    for test_command in ["cargo test", "cargo run --release -- www.example.fr", "--records examples/ministry.zone"] {
        assert!(README.contains(test_command), "{test_command}");
    }
}
