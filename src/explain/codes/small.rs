//! Modules that give few codes: the program itself, its reports, and commands without a browser.

use super::super::{ENVIRONMENT, Explained, Is, SCENARIO, USAGE, WARNING};
use crate::failure::Kind;

pub(in crate::explain) const CODES: &[Explained] = &[
    Explained {
        code: "explain.unknown_code",
        is: USAGE,
        means: "The text that was given to `reauth explain` is no code of this version.",
        signs: "What looks similar is proposed. A code from the log of a newer `reauth` is not known to an older one.",
        remedies: &[
            "Give the code as it stands between the brackets, for example `salesforce.app_blocked`, or a module alone, for example `journal`.",
            "Run `reauth explain` without a code for the list.",
        ],
    },
    Explained {
        code: "init.exists",
        is: USAGE,
        means: "The file is there already, and `reauth init` never writes over a configuration unasked.",
        signs: "Nothing was written; it may hold somebody's secrets.",
        remedies: &["Name another file: `reauth init FILE`.", "Overwrite it with `--force`."],
    },
    Explained {
        code: "init.no_answer",
        is: USAGE,
        means: "`reauth init` asked something, and its input came to its end. Nothing was written.",
        signs: "The question that it ended at is the last line on the terminal.",
        remedies: &[
            "Run it again on a terminal.",
            "Give `--defaults`: it asks nothing and writes the commented template.",
        ],
    },
    Explained {
        code: "init.unwritable",
        is: ENVIRONMENT,
        means: "The commented configuration could not be written.",
        signs: "The message has the path and the system's reason; no file is left half-written.",
        remedies: &[
            "Name a file in a folder that is there and can be written to: `reauth init FILE`.",
        ],
    },
    Explained {
        code: "instance.found_dead",
        is: WARNING,
        means: "The instance was not authenticated when the run began. It is restored first, and the cycle then runs on the new grant; so the run proves something, and the reason of the earlier death still wants to be known.",
        signs: "The warning has the platform's words. Setup → Login History, and the app's token policy, tell more: an earlier run that was stopped (then the journal knew of it), somebody who revoked it, the policy, a sixth approval.",
        remedies: &[
            "If it happens run after run, look for what ends the grant in between: `salesforce.nearly_five_approvals`, the refresh token policy, the 30-day idle limit, a person in Setup.",
            "After a run with exit code 4 it is expected.",
        ],
    },
    Explained {
        code: "log.directives",
        is: USAGE,
        means: "REAUTH_LOG holds no directives that can be read. Nothing was begun.",
        signs: "The message has the parser's words.",
        remedies: &["Write it as `reauth=debug` or `reauth::http=trace,warn`, or unset it."],
    },
    Explained {
        code: "log.unwritable",
        is: ENVIRONMENT,
        means: "The run's log could not be written to its folder. The run itself went on as far as it could; `report.json` has the outcome.",
        signs: "Disk full or permissions changed while the run lasted; it comes as a warning at the end or as an error at the beginning.",
        remedies: &["Make room, or name another folder with `--out DIR`."],
    },
    Explained {
        code: "provision.secrets_in_report",
        is: USAGE,
        means: "`--show-secrets` and `--format json` were given together. The report never holds a secret, so nothing was begun.",
        signs: "No instance was made.",
        remedies: &[
            "Leave out `--format json`: the id comes first, then the header.",
            "Or take the id from the report and read the token from the platform.",
        ],
    },
    Explained {
        code: "reauth.aborted",
        is: Is::Error(&[Kind::Interrupted]),
        means: "Somebody who was asked before a step (`--step`) said that the run is to stop, or closed the terminal. An instance that was in flight was brought back.",
        signs: "The report ends with the step that was to come next.",
        remedies: &["Nothing: it is what was asked for. `reauth status` says how the instance is."],
    },
    Explained {
        code: "reauth.defect",
        is: SCENARIO,
        means: "`reauth` itself is wrong there: what cannot be has happened. As after every other failure, an instance that was in flight is brought back.",
        signs: "The message has the place in the source, and what was said there, without secrets. `log.jsonl` has what came before.",
        remedies: &[
            "Report it, with the message and the run folder's `log.jsonl`.",
            "`reauth status` says how the instance is; where it is dead, `reauth restore`.",
        ],
    },
    Explained {
        code: "reauth.going_on",
        is: WARNING,
        means: "A signal came, and what was begun is brought to an end first. The instance is being restored; that is why the process does not end at once.",
        signs: "It follows an interrupted run whose grant had been cut or might have been.",
        remedies: &[
            "Wait: the restoration has a time limit of five times `--timeout`.",
            "A second SIGINT (Ctrl-C) stops at once and leaves the instance as it is; then run `reauth restore`.",
        ],
    },
    Explained {
        code: "reauth.interrupted",
        is: Is::Error(&[Kind::Interrupted, Kind::Terminated]),
        means: "The command was stopped by a signal. If a grant had been cut, the instance was restored before the end, unless the report says otherwise.",
        signs: "The message names the signal. CI runners send SIGINT or SIGTERM when a job is cancelled or runs into its time limit, and SIGKILL some seconds later; a restoration that is killed leaves an entry in the journal.",
        remedies: &[
            "With exit code 4: run `reauth restore` (`--all` in a step that always runs).",
            "Give the job more time than the run needs, restoration included.",
        ],
    },
    Explained {
        code: "reauth.no_answer",
        is: ENVIRONMENT,
        means: "Somebody was to be asked on the terminal, and it could not be read.",
        signs: "The message has the system's reason. The terminal may have gone away while the run was going on.",
        remedies: &[
            "Run again on a terminal that stays, such as one of `tmux`.",
            "Leave `--step`, `--pause-on-failure` and `--keep-open` out.",
        ],
    },
    Explained {
        code: "reauth.no_randomness",
        is: ENVIRONMENT,
        means: "The system gives no random numbers, without which no OAuth state can be made. Nothing was changed.",
        signs: "It happens very early in the start of a machine, or where a sandbox forbids the system call.",
        remedies: &["Run again; in a container, allow `getrandom` in its seccomp profile."],
    },
    Explained {
        code: "reauth.no_runtime",
        is: ENVIRONMENT,
        means: "The system gives the program no threads. Nothing was begun.",
        signs: "A limit of processes or memory is reached: `ulimit -u`, the container's pids limit.",
        remedies: &["Raise the limit, or end what uses it up."],
    },
    Explained {
        code: "reauth.no_signals",
        is: ENVIRONMENT,
        means: "Signals cannot be caught, and without them an interrupted run could not restore its instance. Nothing was begun.",
        signs: "The message has the system's reason, usually a limit of open files.",
        remedies: &["Raise `ulimit -n`, and look at what the sandbox forbids."],
    },
    Explained {
        code: "reauth.no_such_command",
        is: USAGE,
        means: "A manual page was asked for of a command that there is not.",
        signs: "The message has the name as it was given.",
        remedies: &["`reauth --help` lists all commands."],
    },
    Explained {
        code: "reauth.usage",
        is: USAGE,
        means: "The command line cannot be read: a flag that there is not, a value that is none, or flags that do not go together. Nothing was begun.",
        signs: "The message names the flag, and often one that is like it. This code is in the report of `--format json` only; a person reads the message.",
        remedies: &["Look at `reauth help`, or at `--help` after the command."],
    },
    Explained {
        code: "reauth.no_terminal",
        is: USAGE,
        means: "A flag was given that asks somebody (`--step`, `--pause-on-failure`, `--keep-open`), and there is no terminal to ask on. Nothing was begun.",
        signs: "Standard input or standard error is no terminal, or `CI` is set.",
        remedies: &[
            "Leave these flags out where nobody watches; `report.html` shows what was seen.",
        ],
    },
    Explained {
        code: "reauth.pause_over",
        is: Is::Error(&[Kind::Interrupted]),
        means: "Nobody answered in a pause while the instance was down, so it was brought back.",
        signs: "A pause after the revocation says how long it may last; `--pause-limit` changes it.",
        remedies: &["Run again, and answer in time, or give `--pause-limit 30m`."],
    },
    Explained {
        code: "reauth.stopped_at_once",
        is: SCENARIO,
        means: "A second SIGINT stopped the program before the instance was brought back. It is to be taken for dead.",
        signs: "The report has the failure that came first, and the restoration as not finished; the journal keeps the entry.",
        remedies: &[
            "Run `reauth restore`: it looks first, and brings the instance back if it is dead.",
        ],
    },
    Explained {
        code: "report.evidence",
        is: ENVIRONMENT,
        means: "A screenshot, page record or log could not be written into the run folder. Evidence never decides a run: it comes as a warning.",
        signs: "The message has the file and the system's reason.",
        remedies: &["Make room, or name another folder with `--out DIR`."],
    },
    Explained {
        code: "report.evidence_without_step",
        is: WARNING,
        means: "A file was written for a step that never began. The file is there, and the report has no step to list it under.",
        signs: "It lies in the run folder; nothing of the instance depends on it.",
        remedies: &["It is a defect of `reauth`: report it with the run folder's `log.jsonl`."],
    },
    Explained {
        code: "report.no_runs",
        is: USAGE,
        means: "There is no run in the folder that `reauth report` was to read, or no such folder.",
        signs: "The message has the folder. Runs are written to `runs/` in the working directory, unless `--out` or `run.out` says otherwise.",
        remedies: &[
            "Name the folder that has the run folders: `--out DIR`, or as an argument of `reauth report history`.",
        ],
    },
    Explained {
        code: "report.not_a_run",
        is: USAGE,
        means: "A folder that was named has no `report.json`: it is no run folder, or that of a run that was killed.",
        signs: "A run folder is called `<UTC time>-<instance>-<four letters>`. One whose run was killed has a `log.jsonl` and no report.",
        remedies: &[
            "Name one of the folders in `runs/`.",
            "Of a run that was killed, read `log.jsonl`.",
        ],
    },
    Explained {
        code: "report.run_there",
        is: USAGE,
        means: "The page of many runs was to be written into the folder of one: that run's own page would have been replaced. Nothing was written.",
        signs: "The message has the folder; it has a `report.json`. After `--merge` the first folder is the one that is written to.",
        remedies: &["Name another folder first: `reauth report --merge all runs/A runs/B`."],
    },
    Explained {
        code: "report.not_opened",
        is: ENVIRONMENT,
        means: "The report was made, and no program of this machine shows it.",
        signs: "There is no desktop, as over ssh, or no browser is registered for web pages.",
        remedies: &["Open the file that was named in any browser: it needs no network."],
    },
    Explained {
        code: "report.not_serialisable",
        is: ENVIRONMENT,
        means: "The report could not be written as JSON. What was done was done: the exit code and the summary on the terminal are true.",
        signs: "A fact of a step is nothing that JSON can hold.",
        remedies: &[
            "It is a defect of `reauth`: report it with the run folder's `log.jsonl`.",
            "Ask for the instance with `reauth status`.",
        ],
    },
    Explained {
        code: "report.reporter",
        is: ENVIRONMENT,
        means: "The part of the program that shows and writes reports broke. What was done to the instance is not known from here.",
        signs: "`report.json` is missing or incomplete, `log.jsonl` has what happened until then.",
        remedies: &[
            "Ask with `reauth status`, and run `reauth restore` if it says no.",
            "It is a defect of `reauth`: report it with `log.jsonl`.",
        ],
    },
    Explained {
        code: "report.run_folder",
        is: ENVIRONMENT,
        means: "The folder of the run could not be made, so nothing was begun.",
        signs: "The message has the path and the system's reason. `--out` or `run.out` names its parent; a container's working directory is often read-only.",
        remedies: &["Name a folder that can be written to: `--out DIR`."],
    },
    Explained {
        code: "report.unmade",
        is: ENVIRONMENT,
        means: "`report.html`, `junit.xml` or `calls.har` could not be made of what the run saw. What was done was done, and `report.json` has it. It comes as a warning.",
        signs: "The file is missing from the run folder; the message has the reason.",
        remedies: &["It is a defect of `reauth`: report it with the run folder's `report.json`."],
    },
    Explained {
        code: "report.unreadable",
        is: USAGE,
        means: "A file of a run folder cannot be read, is damaged, or was written by a version that this one does not understand.",
        signs: "The message has the file and the reason; `schema` in `report.json` names the version.",
        remedies: &[
            "Use the version of `reauth` that wrote it; `version` in `report.json` has it.",
        ],
    },
    Explained {
        code: "simulator.config_exists",
        is: USAGE,
        means: "`--write-config` names a file that somebody else wrote. It was left as it is, and the simulator did not start.",
        signs: "A configuration that `simulate` wrote begins with a line that says so, and is replaced.",
        remedies: &[
            "Name another file: `--write-config simulator.toml`, and use it with `--config simulator.toml`.",
        ],
    },
    Explained {
        code: "simulator.ended",
        is: WARNING,
        means: "The instance was left unauthenticated, and was the simulator's own: it ended with the process (`--simulator`). No other `reauth` can restore it, and nobody has to.",
        signs: "The command was given `--simulator`.",
        remedies: &[
            "To try `restore` on what a run leaves, begin a simulator that stays: `reauth simulate --write-config simulator.toml`.",
        ],
    },
    Explained {
        code: "simulator.settings",
        is: USAGE,
        means: "The file given with `--settings` cannot be read or is no set of settings. The simulator did not start.",
        signs: "The message has the place and what was expected; unknown fields are refused.",
        remedies: &[
            "Compare with `/__simulator/` of a running simulator, which shows all settings as they are written.",
        ],
    },
    Explained {
        code: "simulator.start",
        is: ENVIRONMENT,
        means: "The simulator did not start. Nothing was begun.",
        signs: "With `--port` the port is usually taken; the message has the system's reason.",
        remedies: &[
            "Choose another port, or leave `--port` out to get a free one; the ready line on stdout names it.",
        ],
    },
    Explained {
        code: "simulator.tripwire",
        is: SCENARIO,
        means: "Somebody reached the simulator's callback host, where no code may ever arrive. The browser let the authorization code leave it: the run fails, whatever else it proved.",
        signs: "It comes at the end of a run with `--simulator`, with the number of connections.",
        remedies: &[
            "It is a defect of `reauth`, or of a browser that ignores its host rules: report it with browser version and `log.jsonl`.",
        ],
    },
    Explained {
        code: "simulator.unknown_fault",
        is: USAGE,
        means: "No fault has this name. The simulator did not start.",
        signs: "The message has the name; similar ones are proposed.",
        remedies: &["`reauth simulate --list-faults` prints all, with what each does."],
    },
    Explained {
        code: "simulator.write_config",
        is: ENVIRONMENT,
        means: "The configuration for the simulator could not be written, and the simulator was ended again.",
        signs: "The message has the path and the system's reason.",
        remedies: &["Name a file in a folder that can be written to."],
    },
];
