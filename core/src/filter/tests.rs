use super::*;

struct Row {
    texts: Vec<(&'static str, &'static str)>,
    sla: Option<i64>,
    age: i64,
}

impl Facts for Row {
    fn any_text(&self, field: &str, test: &mut dyn FnMut(&str) -> bool) -> bool {
        self.texts.iter().any(|(name, text)| *name == field && test(text))
    }
    fn amount(&self, field: &str) -> Option<i64> {
        match field {
            "sla" => self.sla,
            "age" => Some(self.age),
            _ => None,
        }
    }
    fn any_word(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        self.texts.iter().any(|(_, text)| test(text))
    }
}

fn row() -> Row {
    Row {
        texts: vec![
            ("no", "TKT20251101007"),
            ("status", "in_progress"),
            ("prio", "high"),
            ("tech", "Andi Wijaya"),
            ("tech", "citra"),
            ("cust", "Budi Santoso"),
            ("title", "Lampu merah sejak siang"),
        ],
        sla: Some(-720),
        age: 3 * 3600,
    }
}

fn keeps(text: &str) -> bool {
    Filter::parse(&TICKETS, text).unwrap_or_else(|e| panic!("{text}: {e}")).matches(&row())
}

#[test]
fn terms_are_judged() {
    for text in [
        "",
        "status:in_progress",
        "status:proses,open",
        "status:active",
        "prio:high sla<1h",
        "sla:overdue",
        "sla<-10m",
        "!tech:none",
        "tech:andi",
        "tech:wijaya",
        "tech:cit",
        "cust:\"budi santoso\"",
        "budi merah",
        "!prio:low",
        "age>2h",
        "age:4h",
        "no:1101007",
    ] {
        assert!(keeps(text), "{text} must keep it");
    }
    for text in [
        "status:open",
        "status:closed",
        "prio:!high",
        "tech:none",
        "sla>0m",
        "sla:none",
        "!budi",
        "tech:jaya",
        "age<2h",
    ] {
        if let Ok(filter) = Filter::parse(&TICKETS, text) {
            assert!(!filter.matches(&row()), "{text} must drop it");
        }
    }
}

#[test]
fn what_is_printed_reads_back_the_same() {
    for text in [
        "prio:high sla<1h tech:none status:open",
        "!status:hold,done age>=1d12h \"two words\" cust:\"budi, s\"",
        "\"a:b\" sla:overdue since:90m",
        "\"!x\" !\"!x\"",
    ] {
        let filter = Filter::parse(&TICKETS, text).expect(text);
        assert_eq!(
            Filter::parse(&TICKETS, &filter.to_string()).expect("printed"),
            filter,
            "{text} → {filter}"
        );
    }
    let filter = Filter::parse(&TICKETS, "priority:tinggi due<60").expect("aliases");
    assert_eq!(filter.to_string(), "prio:high sla<1h");
}

#[test]
fn errors_name_the_term_and_the_fix() {
    let error = |text| Filter::parse(&TICKETS, text).expect_err(text).to_string();
    assert_eq!(error("budi prio:hgih"), "`prio:hgih`: prio is never hgih; did you mean prio:high");
    assert_eq!(error("pri:high"), "`pri:high`: a ticket has no field pri; did you mean prio:high");
    assert!(error("zzz:1").contains("use one of status, prio, sla"));
    assert_eq!(error("sla<soon"), "`sla<soon`: soon is not an amount of sla; try sla<2h");
    assert_eq!(error("prio<high"), "`prio<high`: prio has no order; write prio:high");
    assert_eq!(error("status:"), "`status:`: status needs a value; try status:open");
    assert_eq!(
        error("status:open,,done"),
        "`status:open,,done`: a value between commas is missing; try status:open"
    );
    assert_eq!(error("cust:\"budi"), "`cust:\"budi`: the quote is never closed; write cust:\"budi\"");
    assert_eq!(error("a !"), "`!`: `!` inverts nothing; put it in front of a term, as in !prio:low");
    assert_eq!(Filter::parse(&TICKETS, "ok  prio:x").expect_err("bad").at, 4);
}

#[test]
fn narrowing_is_recognised() {
    let filter = |text| Filter::parse(&TICKETS, text).expect(text);
    assert!(filter("prio:high bu").narrows(&filter("prio:high b")));
    assert!(filter("prio:high budi").narrows(&filter("prio:high")));
    assert!(filter("budi").narrows(&filter("bud")));
    assert!(!filter("prio:low").narrows(&filter("prio:high")));
    assert!(!filter("!bud").narrows(&filter("!bu")));
}

#[test]
fn completion_knows_fields_and_values() {
    assert_eq!(complete(&TICKETS, "budi pr"), ["budi prio:"]);
    assert_eq!(complete(&TICKETS, "!prio:h"), ["!prio:high"]);
    assert_eq!(complete(&TICKETS, "status:open,as"), ["status:open,assigned"]);
    assert_eq!(complete(&TICKETS, "tech:"), ["tech:me", "tech:none"]);
    assert!(complete(&TICKETS, "xyz:").is_empty());
}

#[test]
fn a_slip_is_forgiven_on_request() {
    let filter = |text| Filter::parse(&TICKETS, text).expect(text);
    assert!(!filter("santso").matches(&row()) && filter("santso prio:high").matches_nearly(&row()));
    assert!(!filter("santso prio:low").matches_nearly(&row()));
    assert!(filter("santso").forgives() && !filter("san prio:high").forgives());
}

#[test]
fn me_is_whoever_asks() {
    let filter = Filter::parse(&TICKETS, "tech:me").expect("me").resolve_me("citra");
    assert!(filter.matches(&row()));
}

#[test]
fn what_a_row_does_not_show_is_looked_for_by_others_and_never_inverted() {
    let filter = Filter::parse(&JOBS, "to:0812,5 !kind:otp err:429 age>5m").expect("filter");
    assert_eq!(filter.terms[0].test, Test::AnyOf(JOBS.field("to").expect("to"), vec!["0812,5".to_owned()]));
    assert_eq!(filter.to_string(), "to:\"0812,5\" !kind:send-otp err:429 age>5m");
    assert_eq!(Filter::parse(&JOBS, &filter.to_string()), Ok(filter));
    assert!(Filter::parse(&JOBS, "to:0812").expect("filter").matches(&row()), "the rows were found by it");
    let error = Filter::parse(&JOBS, "kind:otp !to:0812").expect_err("inverted");
    assert_eq!((error.at, error.problem.as_str()), (9, "to cannot be inverted"));
}

#[cfg(feature = "server")]
#[test]
fn every_kind_of_job_and_every_queue_can_be_filtered() {
    let known = |field: &str| match JOBS.field(field).expect("field").kind {
        Kind::Choice(choices) => choices.iter().map(|choice| choice.name).collect::<Vec<_>>(),
        _ => panic!("{field}"),
    };
    let kinds: Vec<&str> = crate::queue::REGISTRY.iter().map(|spec| spec.kind).collect();
    assert!(kinds.iter().all(|kind| known("kind").contains(kind)), "{kinds:?}");
    assert_eq!(known("kind").len(), kinds.len());
    let queues: Vec<&str> = crate::queue::QueueName::ALL.iter().map(|queue| queue.as_str()).collect();
    assert_eq!(known("queue"), queues);
}
