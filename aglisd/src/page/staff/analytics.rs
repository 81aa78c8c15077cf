//! What became of the messages of 7, 30 or 90 days, in charts and tables.

use super::{
    Shell,
    chart::{self, Bar},
    job::took,
    messages::template_name,
    view::address,
};
use crate::{
    http::{Need, Routes},
    page::{FormErrors, Frame, Shown, Visit},
};
use aglis_core::{
    error::Error,
    i18n::format,
    messages::analytics::{AnalyticsPeriod, MessageAnalytics, Outcomes, PERIODS, service as analytics},
    permission::Permission as P,
    types::Rupiah,
};
use askama::Template;
use axum::{http::StatusCode, routing::get};

const HOME: &str = "/messages/analytics";

struct Tab {
    href: String,
    text: String,
    current: bool,
}

struct Figure {
    value: String,
    text: String,
}

/// A line of a table: a name, figures, and a share to draw.
struct Line {
    name: String,
    cells: Vec<String>,
    share: i64,
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/analytics.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    tabs: Vec<Tab>,
    figures: Vec<Figure>,
    bars: Vec<Bar>,
    bars_text: String,
    days: Vec<Line>,
    providers: Vec<Line>,
    templates: Vec<Line>,
    failures: Vec<Line>,
}

fn number(frame: &Frame, figure: i64) -> String {
    format::number(frame.lang, figure)
}

fn rate(frame: &Frame, outcomes: &Outcomes) -> String {
    outcomes.delivery_rate().map_or_else(|| "–".to_owned(), |rate| format::percent(frame.lang, rate * 100.0))
}

fn time(frame: &Frame, ms: Option<i64>) -> String {
    ms.map_or_else(|| "–".to_owned(), |ms| took(frame, ms))
}

fn cost(frame: &Frame, cost: i64) -> String {
    frame.rupiah(&Rupiah(cost))
}

fn share(outcomes: &Outcomes) -> i64 {
    outcomes.delivery_rate().map_or(0, chart::hundredths)
}

fn of_whole(part: i64, whole: i64) -> i64 {
    if whole > 0 { chart::hundredths(part as f64 / whole as f64) } else { 0 }
}

fn figures(frame: &Frame, told: &MessageAnalytics) -> Vec<Figure> {
    let all = &told.total;
    let figure = |value, key: &str| Figure { value, text: frame.t(key) };
    vec![
        figure(number(frame, all.written), "staff-analytics-written"),
        figure(number(frame, all.delivered), "staff-analytics-delivered"),
        figure(rate(frame, all), "staff-analytics-rate"),
        figure(number(frame, all.failed), "staff-analytics-failed"),
        figure(time(frame, all.mean_delivery_ms()), "staff-analytics-delivery-time"),
        figure(cost(frame, all.cost), "staff-analytics-cost"),
    ]
}

fn days(frame: &Frame, told: &MessageAnalytics) -> Vec<Line> {
    let line = |one: &aglis_core::messages::analytics::DayOutcomes| Line {
        name: frame.date(&one.day),
        cells: vec![
            number(frame, one.outcomes.written),
            number(frame, one.outcomes.sent),
            number(frame, one.outcomes.delivered),
            number(frame, one.outcomes.failed),
            rate(frame, &one.outcomes),
            cost(frame, one.outcomes.cost),
        ],
        share: share(&one.outcomes),
        href: None,
    };
    told.by_day.iter().rev().map(line).collect()
}

fn providers(frame: &Frame, told: &MessageAnalytics) -> Vec<Line> {
    let line = |one: &aglis_core::messages::analytics::ProviderOutcomes| Line {
        name: one.provider.clone(),
        cells: vec![
            number(frame, one.tries),
            number(frame, one.accepted),
            number(frame, one.outcomes.delivered),
            rate(frame, &one.outcomes),
            time(frame, one.mean_answer_ms()),
            time(frame, one.outcomes.mean_delivery_ms()),
            cost(frame, one.outcomes.cost),
        ],
        share: share(&one.outcomes),
        href: None,
    };
    told.providers.iter().map(line).collect()
}

fn templates(frame: &Frame, told: &MessageAnalytics) -> Vec<Line> {
    let most = told.templates.first().map_or(0, |one| one.outcomes.written);
    let line = |one: &aglis_core::messages::analytics::TemplateOutcomes| Line {
        name: template_name(frame, &one.template),
        cells: vec![
            number(frame, one.outcomes.written),
            number(frame, one.outcomes.failed),
            rate(frame, &one.outcomes),
            cost(frame, one.outcomes.cost),
        ],
        share: of_whole(one.outcomes.written, most),
        href: Some(address("/messages", &[("template", &one.template)], None)),
    };
    told.templates.iter().map(line).collect()
}

fn failures(frame: &Frame, told: &MessageAnalytics) -> Vec<Line> {
    let line = |one: &aglis_core::messages::analytics::FailureReason| Line {
        name: one.code.clone(),
        cells: vec![
            number(frame, one.messages),
            format::percent(frame.lang, one.messages as f64 * 100.0 / told.total.failed.max(1) as f64),
        ],
        share: of_whole(one.messages, told.total.failed),
        href: None,
    };
    told.failures.iter().map(line).collect()
}

async fn show(Visit(frame): Visit) -> Shown {
    let asked = match frame.query("days").filter(|text| !text.is_empty()).map(str::parse) {
        None => Ok(AnalyticsPeriod::default()),
        Some(Ok(days)) => Ok(AnalyticsPeriod { days: Some(days) }),
        Some(Err(_)) => Err(Error::field("days", "unknown", "use 7, 30 or 90")),
    };
    let found = match asked {
        Ok(period) => analytics::analytics(frame.ctx(), &period).await,
        Err(error) => Err(error),
    };
    let (status, errors, told) = match found {
        Ok(told) => (StatusCode::OK, FormErrors::none(), told),
        Err(error) => {
            let errors = FormErrors::of(&frame, "staff", error)?;
            let told = analytics::analytics(frame.ctx(), &AnalyticsPeriod::default()).await?;
            (StatusCode::UNPROCESSABLE_ENTITY, errors, told)
        }
    };
    let pairs: Vec<(i64, i64)> = told
        .by_day
        .iter()
        .map(|one| (one.outcomes.written - one.outcomes.failed, one.outcomes.failed))
        .collect();
    let page = Page {
        staff: Shell::new(&frame).await?,
        errors,
        tabs: PERIODS
            .iter()
            .map(|days| Tab {
                href: address(HOME, &[("days", &days.to_string())], None),
                text: frame.count("fmt-days", *days),
                current: *days == told.days,
            })
            .collect(),
        figures: figures(&frame, &told),
        bars: chart::bars(&pairs),
        bars_text: frame.ta(
            "staff-analytics-text",
            &[
                ("written", number(&frame, told.total.written)),
                ("failed", number(&frame, told.total.failed)),
                ("since", frame.date(&told.since)),
            ],
        ),
        days: days(&frame, &told),
        providers: providers(&frame, &told),
        templates: templates(&frame, &told),
        failures: failures(&frame, &told),
        frame: &frame,
    };
    Ok(frame.html(status, &page))
}

/// The routes.
pub fn routes() -> Routes {
    Routes::new().page(Need::Permission(P::MessageRead), HOME, get(show))
}
