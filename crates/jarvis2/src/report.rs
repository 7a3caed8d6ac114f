//! The plan for people: a terminal screen of 80 columns, and one HTML file that needs nothing else.
//!
//! Both say the same in the same order: what to do and what it is worth, the figures, the alternatives and why each lost, why
//! the plan says so, what if the market moves, the evidence, and what was read. Only here do numbers become text: fractions become
//! percent, and every unit stands beside its number or in the head of its column. A figure that the plan does not have prints
//! its reason. The same plan gives the same bytes; nothing here computes a figure that is not in the plan.

mod content;
#[cfg(test)]
pub(crate) mod fixture;
pub(crate) mod html;
mod ingest;
mod portfolio;
mod recall;
mod risk;
mod risk_html;
mod surface;
pub(crate) mod svg;
mod table;
#[cfg(test)]
mod tests;
mod text;
pub(crate) mod units;

pub(crate) use content::sentence;
pub(crate) use html::html;
pub(crate) use ingest::ingest_text;
pub(crate) use portfolio::{portfolio_html, portfolio_text};
pub(crate) use recall::recall_text;
pub(crate) use risk::{risk_csv, risk_text};
pub(crate) use risk_html::risk_html;
pub(crate) use surface::{surface_html, surface_text};
pub(crate) use table::wrap;
pub(crate) use text::{TextStyle, text};
