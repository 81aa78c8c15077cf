//! Finding customers among many: the right ones, in order, page by page, and without passing the others.

use aglis_core::{
    app::Scope,
    args,
    customers::{
        CustomerChange, CustomerFilter, CustomerStatus, NewCustomer, service,
        store::{self, Start},
    },
    types::*,
};
use aglis_tests::{Backend, World, both};

fn by(q: &str) -> CustomerFilter {
    CustomerFilter { q: Some(q.into()), ..CustomerFilter::default() }
}

async fn found(world: &World, filter: &CustomerFilter) -> Vec<String> {
    let page = service::list(&world.root(), filter).await.unwrap();
    page.items.into_iter().map(|row| row.name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_are_found_by_words_of_name_number_phone_and_address() {
    both(async |world| {
        let ctx = world.root();
        let new = |name: &str, phone: &str, address: &str| NewCustomer {
            name: name.into(),
            phone: phone.into(),
            address: address.into(),
            tags: vec!["vip".into()],
            ..NewCustomer::default()
        };
        let siti = service::create(&ctx, new("Siti Nurhalîza", "0812-3456-7890", "Jl. Tuparev No. 12"))
            .await
            .unwrap();
        service::create(&ctx, new("budi santoso", "0857-1111-2222", "Jl. Kertabumi 7")).await.unwrap();
        service::create(&ctx, new("Budi Hartono", "+65 9123 4567", "Jl. Tuparev No. 3")).await.unwrap();
        for (q, expected) in [
            ("", &["Budi Hartono", "budi santoso", "Siti Nurhalîza"][..]),
            ("BUD", &["Budi Hartono", "budi santoso"]),
            ("tuparev bud", &["Budi Hartono"]),
            ("nurhaliza", &["Siti Nurhalîza"]),
            ("AGLS20261121", &["Budi Hartono", "budi santoso", "Siti Nurhalîza"]),
            ("0002", &["budi santoso"]),
            ("0812 3456", &["Siti Nurhalîza"]),
            ("+62 857-1111-2222", &["budi santoso"]),
            ("4567", &["Budi Hartono"]),
            ("7890 siti", &["Siti Nurhalîza"]),
            ("3456", &[]),
            ("udi", &[]),
            ("%", &[]),
            ("_", &[]),
            ("' OR 1=1 --", &[]),
        ] {
            assert_eq!(found(&world, &by(q)).await, expected, "{q}");
        }
        // What was changed is found as it is now.
        let change = CustomerChange { name: Some("Ratna".into()), ..CustomerChange::default() };
        service::update(&ctx, siti.id, change).await.unwrap();
        assert_eq!(found(&world, &by("nurhaliza")).await, Vec::<String>::new());
        assert_eq!(found(&world, &by("ratna tuparev")).await, ["Ratna"]);
        assert!(service::list(&ctx, &by(&"x".repeat(201))).await.is_err());

        let row = service::list(&ctx, &by("ratna")).await.unwrap().items.remove(0);
        assert_eq!(row.phone, "0812-••••-7890");
    })
    .await;
}

/// Fills the tables as if by a large provider: 20,000 customers, of whom 2,500 are called Wahyu, 400 Zainab, 20 Xenia.
async fn crowd(world: &World) {
    let mut tx = world.app.db.write().await.unwrap();
    let now = world.app.now();
    tx.run("INSERT INTO areas (name) VALUES ('Klari'), ('Cikampek')", args![]).await.unwrap();
    let people = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000), \
         people AS (SELECT i, CASE WHEN i % 1000 = 7 THEN 'xenia' WHEN i % 50 = 3 THEN 'zainab' WHEN i % 8 = 0 THEN 'wahyu' \
           WHEN i % 3 = 0 THEN 'budi' WHEN i % 3 = 1 THEN 'siti' ELSE 'dewi' END AS first, \
           CASE WHEN i % 7 < 3 THEN 'santoso' ELSE 'lestari' END AS last FROM n) ";
    tx.run(
        format!(
            "{people} INSERT INTO customers (number, type, name, name_key, phone, address, area_id, status, created_at, updated_at) \
             SELECT 'AGLS20250101' || (10000 + i), 'residential', first || ' ' || last, first || ' ' || last, '+62812' || (10000000 + i), \
             'Jl. Tuparev', CASE WHEN i % 400 = 0 THEN 2 ELSE 1 END, CASE WHEN i % 20 = 0 THEN 'suspended' ELSE 'active' END, $1, $1 FROM people"
        ),
        args![now],
    )
    .await
    .unwrap();
    // The rows are numbered as they were made.
    for term in
        ["first", "last", "'jl'", "'tuparev'", "'agls20250101' || (10000 + i)", "'62812' || (10000000 + i)"]
    {
        tx.run(
            format!("{people} INSERT INTO customer_terms (customer_id, term) SELECT i, {term} FROM people"),
            args![],
        )
        .await
        .unwrap();
    }
    tx.run(
        format!("{people} INSERT INTO customer_tags (customer_id, tag) SELECT i, 'vip' FROM people WHERE i % 500 = 1"),
        args![],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

async fn analyze(world: &World) {
    if world.backend == Backend::Postgres {
        let mut connection = world.app.db.read().await.unwrap();
        connection.run("ANALYZE", args![]).await.unwrap();
    }
}

/// The plan of the page that a list begins with.
async fn plan(world: &World, filter: &CustomerFilter) -> (Start, String) {
    let mut tx = world.app.db.read().await.unwrap();
    let conditions = service::conditions(filter, Scope::All).unwrap().unwrap();
    let start = service::choose(&mut tx, &conditions, None).await.unwrap().unwrap();
    let query = store::page_query(Scope::All, &start, &conditions, None, 51);
    let text = query.text().to_owned();
    let (_, values) = query.into_parts();
    let plan = match world.backend {
        Backend::Sqlite => {
            let steps: Vec<(i64, i64, i64, String)> =
                tx.all(format!("EXPLAIN QUERY PLAN {text}"), values).await.unwrap();
            steps.into_iter().map(|(.., step)| step).collect::<Vec<_>>().join("\n")
        }
        Backend::Postgres => {
            let steps: Vec<(String,)> = tx
                .all(format!("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) {text}"), values)
                .await
                .unwrap();
            steps.into_iter().map(|(step,)| step).collect::<Vec<_>>().join("\n")
        }
    };
    (start, plan)
}

/// Rows that PostgreSQL's steps gave or threw away, summed over the plan.
fn passed(plan: &str) -> i64 {
    let number = |text: &str| {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<i64>().unwrap_or(0)
    };
    plan.lines()
        .map(|line| match (line.split_once("actual rows="), line.split_once("Removed by Filter: ")) {
            (Some((_, rest)), _) => {
                number(rest) * rest.split_once("loops=").map_or(1, |(_, loops)| number(loops)).max(1)
            }
            (None, Some((_, rest))) => number(rest),
            (None, None) => 0,
        })
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_among_20_000_passes_few_rows_and_pages_follow_each_other_without_gaps() {
    both(async |world| {
        crowd(&world).await;
        pages_follow(&world).await;
        analyze(&world).await;
        pages_pass_few_rows(&world).await;
    })
    .await;
}

async fn pages_pass_few_rows(world: &World) {
    let status = |status| CustomerFilter { status: Some(status), ..CustomerFilter::default() };
    let among = |start: &Start| matches!(start, Start::Among(_));
    for (filter, sorted, most) in [
        (CustomerFilter::default(), false, 1_000),
        (status(CustomerStatus::Suspended), false, 1_000),
        (by("xenia"), true, 1_000),
        (by("zainab santoso"), true, 5_000),
        (by("+62 812 1000 0007"), true, 1_000),
        (by("tuparev xen"), true, 1_000),
        (by("bud"), false, 12_000),
        (by("tuparev siti"), false, 30_000),
        (CustomerFilter { tag: Some("vip".into()), ..CustomerFilter::default() }, true, 2_000),
        (CustomerFilter { area_id: Some(AreaId(2)), ..status(CustomerStatus::Active) }, true, 2_000),
        (CustomerFilter { area_id: Some(AreaId(2)), ..by("tuparev") }, true, 3_000),
    ] {
        let (start, plan) = plan(world, &filter).await;
        assert_eq!(among(&start), sorted, "{filter:?}: {start:?}\n{plan}");
        match world.backend {
            Backend::Sqlite => {
                for step in plan.lines() {
                    let whole = step.starts_with("SCAN customer")
                        || step == "SCAN c"
                        || step.starts_with("SCAN tickets");
                    assert!(!whole, "{filter:?}: {step}\n{plan}");
                }
                let in_order = plan.contains("c USING COVERING INDEX customers_")
                    || plan.contains("c USING INDEX customers_")
                    || plan.contains("SCAN c USING COVERING INDEX");
                assert!(sorted || in_order, "{filter:?}\n{plan}");
            }
            Backend::Postgres => {
                let whole = ["customers", "customer_terms"]
                    .map(|table| plan.contains(&format!("Seq Scan on {table} ")));
                assert_eq!(whole, [false, false], "{filter:?}\n{plan}");
                assert!(passed(&plan) <= most, "{filter:?} passes {}\n{plan}", passed(&plan));
            }
        }
    }
}

async fn pages_follow(world: &World) {
    let ctx = world.root();
    for (filter, expected) in [
        (by("xenia"), 20),
        (by("zainab"), 400),
        (by("zainab lestari"), 229),
        // More than few, and all at the far end of the alphabet.
        (by("wahyu"), 2500),
        (CustomerFilter { tag: Some("vip".into()), ..CustomerFilter::default() }, 40),
        (CustomerFilter { status: Some(CustomerStatus::Suspended), ..by("siti") }, 0),
        (CustomerFilter { status: Some(CustomerStatus::Suspended), ..by("jl") }, 1000),
    ] {
        let mut seen: Vec<(String, CustomerId)> = Vec::new();
        let mut cursor = None;
        loop {
            let page = CustomerFilter { limit: Some(200), cursor, ..filter.clone() };
            let page = service::list(&ctx, &page).await.unwrap();
            seen.extend(page.items.into_iter().map(|row| (row.name, row.id)));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert!(seen.windows(2).all(|pair| pair[0] < pair[1]), "{filter:?} is out of order");
        let mut tx = world.app.db.read().await.unwrap();
        let like = |word: Option<&String>| word.map_or("%".into(), |word| format!("{word}%"));
        let words: Vec<String> = filter.q.iter().flat_map(|q| q.split(' ').map(str::to_owned)).collect();
        let (count,): (i64,) = tx
                .one(
                    "SELECT COUNT(*) FROM customers c WHERE EXISTS (SELECT 1 FROM customer_terms t WHERE t.customer_id = c.id AND t.term LIKE $1)
                     AND EXISTS (SELECT 1 FROM customer_terms t WHERE t.customer_id = c.id AND t.term LIKE $2)
                     AND ($3 = '' OR c.status = $3) AND ($4 = '' OR EXISTS (SELECT 1 FROM customer_tags g WHERE g.customer_id = c.id AND g.tag = $4))",
                    args![
                        like(words.first()),
                        like(words.get(1)),
                        filter.status.map(|status| status.to_string()).unwrap_or_default(),
                        filter.tag.clone().unwrap_or_default()
                    ],
                )
                .await
                .unwrap();
        assert_eq!(seen.len() as i64, count, "{filter:?}");
        if expected > 0 {
            assert_eq!(count, expected, "{filter:?}");
        }
    }
}
