//! The commands `completions` and `man`: what is made of the definition of the arguments.

use std::io::{self, Write};

use clap::CommandFactory;
use clap::error::ErrorKind;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::args::{Cli, usage_error};
use crate::exit::Exit;
use crate::messages::print_error;
use crate::setup::SetupError;

/// Prints the script for a shell.
pub(crate) fn print_completions(shell: Shell) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "atlas-snapshots", &mut script);
    write(&script)
}

/// Prints the manual of the program or of one of its commands.
pub(crate) fn print(command: Option<&str>) -> Result<Exit, SetupError> {
    let mut program = Cli::command();
    // Gives the commands their full names.
    program.build();
    let described = match command {
        None => &program,
        Some(name) => program.find_subcommand(name).ok_or_else(|| {
            let message = format!("there is no command '{name}'");
            usage_error(ErrorKind::InvalidSubcommand, message)
        })?,
    };
    let mut page = Vec::new();
    let rendered = Man::new(described.clone()).render(&mut page);
    Ok(match rendered {
        Ok(()) => write(&page),
        Err(error) => {
            print_error(&error);
            Exit::Failed
        }
    })
}

fn write(text: &[u8]) -> Exit {
    match io::stdout().lock().write_all(text) {
        Ok(()) => Exit::Complete,
        // The reader needs no more.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Complete,
        Err(error) => {
            print_error(&error);
            Exit::Failed
        }
    }
}
