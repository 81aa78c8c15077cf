//! How SQLite finds the pages of the lists: by an index and in its order, never by reading or sorting a whole table.

use aglis_core::{
    app::Scope,
    args,
    customers::{self, CustomerFilter, CustomerStatus},
    db::{Kind, Query, Value},
    event,
    notifications::{self, NotificationFilter, NotificationPriority},
    queue::{
        JobState, QueueName,
        control::store::{self as control, Place, Source},
    },
    tickets::{
        Priority::*,
        ServiceType,
        TicketStatus::*,
        store::list::{Condition, Criteria, Start, Test, query},
    },
    types::*,
};
use aglis_tests::{Backend, World};

/// The steps of a statement's plan.
async fn steps(world: &World, query: Query) -> Vec<String> {
    let text = query.text().to_owned();
    let (_, mut values) = query.into_parts();
    // Statements that stand whole have their parameters in their text only.
    while values.is_empty() && text.contains("$1") || text.contains(&format!("${}", values.len() + 1)) {
        values.push(Value::Null(Kind::Int));
    }
    let mut tx = world.app.db.read().await.unwrap();
    let plan: Vec<(i64, i64, i64, String)> =
        tx.all(format!("EXPLAIN QUERY PLAN {text}"), values).await.unwrap();
    plan.into_iter().map(|(.., step)| step).collect()
}

/// Whether a step reads a table from one end to the other; an index read in the list's order is cut at the page's end.
fn is_scan(step: &str, table: &str) -> bool {
    step.strip_prefix("SCAN ").is_some_and(|rest| rest == table || rest.starts_with(&format!("{table} ")))
        && !step.contains("INDEX")
}

/// What is wrong with a plan.
fn faults(name: &str, steps: &[String], tables: &[&str]) -> Vec<String> {
    let plan = steps.join("\n");
    let sorts = steps.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY"));
    let reads = steps.iter().any(|step| tables.iter().any(|table| is_scan(step, table)));
    let told = [(sorts, "sorts"), (reads, "reads everything")];
    told.iter().filter(|(is, _)| *is).map(|(_, what)| format!("{name} {what}:\n{plan}\n")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_tickets() {
    let world = World::new(Backend::Sqlite).await;
    let now = world.app.now();
    let all = Criteria::default;
    let team = |ids: &[i64]| Condition {
        invert: false,
        test: Test::Team(ids.iter().map(|id| TechnicianId(*id)).collect(), false),
    };
    let first = Start::Newest(None);
    let next = Start::Newest(Some(TicketId(700)));
    let due = Start::Due(None);
    let due_next = Start::Due(Some((now, TicketId(700))));
    let open = Criteria { statuses: Some(vec![Open]), ..all() };
    let urgent = Criteria { priorities: Some(vec![Critical]), ..open.clone() };
    let of_team = Criteria { conditions: vec![team(&[3])], ..all() };
    let customer = Criteria { customer: Some(CustomerId(3)), ..all() };
    let area = Criteria { areas: Some(vec![AreaId(1)]), ..open.clone() };
    let kind = Criteria { types: Some(vec![ServiceType::Repair]), ..open.clone() };
    let unassigned = Criteria { unassigned: true, ..open.clone() };
    // With no condition the table itself is walked, newest first, up to the page's end.
    let whole = steps(&world, query(&all(), Scope::All, first, 51)).await;
    assert!(whole[0] == "SCAN t" && !whole.iter().any(|step| step.contains("B-TREE")), "{whole:#?}");
    let mut found = Vec::new();
    for (name, criteria, scope, start) in [
        ("everything, on", all(), Scope::All, next),
        ("status", open.clone(), Scope::All, first),
        ("status, on", open.clone(), Scope::All, next),
        ("status, by due time", open.clone(), Scope::All, due),
        ("status, by due time, on", open, Scope::All, due_next),
        ("priority and status", urgent.clone(), Scope::All, first),
        ("priority and status, on", urgent, Scope::All, next),
        ("area and status", area, Scope::All, first),
        ("type and status", kind, Scope::All, first),
        ("nobody's and status", unassigned, Scope::All, first),
        ("technician", of_team.clone(), Scope::All, first),
        ("technician, on", of_team, Scope::All, next),
        ("their own", all(), Scope::Technician(TechnicianId(3)), first),
        ("customer", customer, Scope::All, first),
        ("a customer's own", all(), Scope::Customer(CustomerId(3)), next),
    ] {
        let steps = steps(&world, query(&criteria, scope, start, 51)).await;
        // `t` is the list itself; the tables of names are looked up row by row.
        found.extend(faults(name, &steps, &["t", "tickets", "c", "a", "k", "u", "ticket_team"]));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));

    // Several values are several walks, each cut at the page's size: only those pages are put in order.
    let active = Criteria { statuses: Some(vec![Open, Assigned, InProgress, OnHold]), ..all() };
    for start in [first, next, due, due_next] {
        let steps = steps(&world, query(&active, Scope::All, start, 51)).await;
        let sorted = steps.iter().filter(|step| step.contains("TEMP B-TREE")).count();
        assert!(sorted <= 4, "{start:?}: {steps:#?}");
        assert!(!steps.iter().any(|step| is_scan(step, "t")), "{start:?}: {steps:#?}");
        let walks =
            steps.iter().filter(|step| step.contains("SEARCH t USING") && step.contains("tickets_status"));
        assert_eq!(walks.count(), 4, "{start:?}: {steps:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timelines() {
    let world = World::new(Backend::Sqlite).await;
    for (name, text) in [
        ("the oldest first", event::store::about_query(false)),
        ("the newest first", event::store::about_query(true)),
        ("of a customer", event::store::of_customer_query()),
    ] {
        let steps = steps(&world, Query::new(&text)).await;
        // Both are read in order by their own index and cut at the page's size; only what is left is put together.
        for table in ["events", "history"] {
            assert!(!steps.iter().any(|step| is_scan(step, table)), "{name}: {steps:#?}");
            let by_index = format!("SEARCH {table} USING INDEX {table}_");
            let place = steps.iter().position(|step| step.starts_with(&by_index));
            let next = place.and_then(|place| steps.get(place + 1));
            assert!(next.is_some_and(|next| next.starts_with("SCAN ")), "{name}: {steps:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_notification_centre() {
    let world = World::new(Backend::Sqlite).await;
    let all = NotificationFilter::default;
    for (name, filter, before) in [
        ("everything", all(), None),
        ("everything, on", all(), Some(NotificationId(700))),
        ("unread", NotificationFilter { unread: Some(true), ..all() }, None),
        ("unread, on", NotificationFilter { unread: Some(true), ..all() }, Some(NotificationId(700))),
        ("urgent", NotificationFilter { priority: Some(NotificationPriority::Urgent), ..all() }, None),
    ] {
        let query = notifications::store::list_query(UserId(7), &filter, before, world.app.now(), 51);
        let steps = steps(&world, query).await;
        assert_eq!(faults(name, &steps, &["notifications"]), Vec::<String>::new());
        assert!(steps[0].contains("notifications_"), "{name}: {steps:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_customers() {
    let world = World::new(Backend::Sqlite).await;
    let mut tx = world.app.db.write().await.unwrap();
    for n in 0..3_i64 {
        tx.run(
            "INSERT INTO customers (number, type, name, name_key, phone, address, status, created_at, updated_at) VALUES ($1, 'residential', 'Budi', 'budi', $2, 'x', 'active', $3, $3)",
            args![format!("A{n}"), format!("+62812000000{n}"), world.app.now()],
        )
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    let all = CustomerFilter::default;
    for (name, filter) in [
        ("everything", all()),
        ("status", CustomerFilter { status: Some(CustomerStatus::Active), ..all() }),
        ("area", CustomerFilter { area_id: Some(AreaId(1)), ..all() }),
        ("package", CustomerFilter { package_id: Some(PackageId(1)), ..all() }),
    ] {
        for from in [None, Some(("budi".to_owned(), CustomerId(2)))] {
            let mut tx = world.app.db.read().await.unwrap();
            let conditions = customers::service::conditions(&filter, Scope::All).unwrap().unwrap();
            let start =
                customers::service::choose(&mut tx, &conditions, from.as_ref()).await.unwrap().unwrap();
            let query = customers::store::page_query(Scope::All, &start, &conditions, from.as_ref(), 51);
            let plan = steps(&world, query).await;
            let text = plan.join("\n");
            assert!(
                !plan.iter().any(|step| is_scan(step, "c") || is_scan(step, "customers")),
                "{name}:\n{text}"
            );
            // The page's rows alone are put in order at the end.
            let sorted = plan.iter().filter(|step| step.contains("TEMP B-TREE FOR ORDER BY")).count();
            assert!(sorted <= 1, "{name}:\n{text}");
            assert!(text.contains("customers_"), "{name}:\n{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lists_of_jobs() {
    let world = World::new(Backend::Sqlite).await;
    let now = world.app.now();
    let place: Place = ("messages".into(), 2, Some(now), JobId(700));
    let mut found = Vec::new();
    for (name, source, index) in [
        ("waiting", Source::Waiting(None), "jobs_live"),
        ("waiting of a queue", Source::Waiting(Some(QueueName::Messages)), "jobs_live"),
        ("done", Source::Ended(JobState::Done), "jobs_finished"),
        ("dead", Source::Ended(JobState::Dead), "jobs_dead"),
        ("cancelled", Source::Ended(JobState::Cancelled), "jobs_called_off"),
        ("discarded", Source::Ended(JobState::Discarded), "jobs_called_off"),
        ("of a batch", Source::Batch(BatchId(3)), "jobs_batch"),
    ] {
        for after in [None, Some(&place)] {
            let steps = steps(&world, control::walk_query(source, after, 51)).await;
            found.extend(faults(name, &steps, &["j", "jobs"]));
            assert!(steps[0].contains(index), "{name}: {steps:#?}");
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_of_the_queue() {
    let world = World::new(Backend::Sqlite).await;
    let now = world.app.now();
    for (name, query, index) in
        [("waiting", control::waiting_query(now), "jobs_live"), ("dead", control::dead_query(), "jobs_dead")]
    {
        let steps = steps(&world, query).await;
        // What is grouped is what was counted up to the limit, never the table.
        let of_jobs: Vec<&String> = steps.iter().filter(|step| step.contains(" jobs ")).collect();
        assert!(!of_jobs.is_empty() && of_jobs.iter().all(|step| step.contains(index)), "{name}: {steps:#?}");
        assert!(!steps.iter().any(|step| is_scan(step, "jobs")), "{name}: {steps:#?}");
        assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY")), "{name}: {steps:#?}");
    }
    for (dead, index) in [(false, "jobs_finished"), (true, "jobs_dead")] {
        let text = control::clean_query(dead).replace("$1", "1").replace("$2", "1000");
        let steps = steps(&world, Query::new(&text)).await;
        assert!(faults("cleaning", &steps, &["jobs"]).is_empty(), "{steps:#?}");
        assert!(steps[0].contains(index), "{steps:#?}");
    }
}
