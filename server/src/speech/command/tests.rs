//! Programs that speak, programs that do not, and programs that do not end.

use super::*;
use std::fs;
use std::time::Duration;
use tempfile::TempDir;

const WANTED: Wanted<'static> = Wanted {
    text: "Your order has been sent.",
    voice: "slt",
    locale: "en-US",
    speed_percent: 100,
    secret: false,
};

fn arguments(script: &[&str]) -> Vec<String> {
    script.iter().map(|&it| it.to_owned()).collect()
}

async fn speak(folder: &TempDir, script: &[&str]) -> Result<Vec<u8>, String> {
    let work = folder.path().join("0");
    let spoken = ask(&arguments(script), &work, &WANTED).await;
    assert!(!work.exists());
    spoken
}

#[tokio::test]
async fn engines_of_debian_speak() {
    let folder = tempfile::tempdir().unwrap();
    let flite = "flite -voice {voice} --setf duration_stretch={stretch} -f {text_file} -o {out}";
    let espeak = "espeak-ng -v en-us -s {wpm} --stdin --stdout";
    for line in [flite, espeak] {
        let script: Vec<_> = line.split(' ').collect();
        let audio = speak(&folder, &script).await.unwrap();
        let spoken = media::sound::read(&audio).unwrap();
        let length = media::sound::length(spoken.len());
        let usual = Duration::from_millis(900)..Duration::from_secs(4);
        assert!(usual.contains(&length), "{line}: {length:?}");
    }
}

#[tokio::test]
async fn a_program_gets_the_text_by_file_or_by_standard_input_and_nothing_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    let by_file = [
        "sh",
        "-c",
        "cat \"$1\" > \"$2\"",
        "sh",
        "{text_file}",
        "{out}",
    ];
    assert_eq!(
        speak(&folder, &by_file).await.unwrap(),
        WANTED.text.as_bytes()
    );
    assert_eq!(
        speak(&folder, &["cat"]).await.unwrap(),
        WANTED.text.as_bytes()
    );
    let told = [
        "printf", "%s ", "{voice}", "{locale}", "{rate}", "{speed}", "{text}",
    ];
    assert_eq!(
        speak(&folder, &told).await.unwrap(),
        b"slt en-US 8000 1.00 {text} "
    );
    let environment = String::from_utf8(speak(&folder, &["env"]).await.unwrap()).unwrap();
    let names: Vec<_> = environment.lines().map(|it| it.split('=').next()).collect();
    for name in names {
        let known = ["PATH", "HOME", "LANG", "PWD", "_", "SHLVL"];
        assert!(known.contains(&name.unwrap()), "{environment}");
    }
}

#[tokio::test]
async fn a_program_that_fails_says_why_unless_the_text_is_secret() {
    let folder = tempfile::tempdir().unwrap();
    let failing = ["sh", "-c", "echo the voice is hoarse >&2; exit 3"];
    let reason = speak(&folder, &failing).await.unwrap_err();
    assert_eq!(reason, "it ended with exit status: 3: the voice is hoarse");
    let secret = Wanted {
        secret: true,
        ..WANTED
    };
    let work = folder.path().join("0");
    let reason = ask(&arguments(&failing), &work, &secret).await.unwrap_err();
    assert_eq!(reason, "it ended with exit status: 3");
    let nobody = speak(&folder, &["no-such-program"]).await.unwrap_err();
    assert!(
        nobody.starts_with("no-such-program cannot be started"),
        "{nobody}"
    );
    let empty = speak(&folder, &["true", "{out}"]).await.unwrap_err();
    assert_eq!(empty, "true wrote no file");
    assert!(missing(&arguments(&["no-such-program"])).is_some());
    assert!(missing(&arguments(&["/no/such/program"])).is_some());
    assert_eq!(missing(&arguments(&["sh"])), None);
}

#[tokio::test]
async fn a_program_that_writes_without_end_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let reason = speak(&folder, &["yes"]).await.unwrap_err();
    assert_eq!(reason, format!("it wrote more than {LONGEST_FILE} bytes"));
    let long = [
        "sh",
        "-c",
        "head -c 11000000 /dev/zero > \"$1\"",
        "sh",
        "{out}",
    ];
    assert_eq!(speak(&folder, &long).await.unwrap_err(), reason);
}

#[tokio::test]
async fn a_program_that_is_given_up_is_ended_with_all_that_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pids");
    let script = format!(
        "sleep 600 & echo $$ $! > {0}.new; mv {0}.new {0}; wait",
        pids.display()
    );
    let work = folder.path().join("0");
    let script = arguments(&["sh", "-c", &script]);
    {
        let speaking = ask(&script, &work, &WANTED);
        let begun = async {
            while !pids.exists() {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            spoken = speaking => panic!("{spoken:?}"),
            () = begun => {}
        }
    }
    assert!(!work.exists());
    let pids = fs::read_to_string(pids).unwrap();
    for pid in pids.split_whitespace() {
        let gone = || {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok();
            // A process that has ended and that nobody has asked about is a zombie.
            stat.is_none_or(|stat| {
                stat.rsplit(") ")
                    .next()
                    .is_some_and(|it| it.starts_with('Z'))
            })
        };
        ::tests::patience::until("the end of a program", Duration::from_secs(10), gone);
    }
}
