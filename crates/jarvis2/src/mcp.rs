//! `jarvis2 mcp`: tools for language models, by the Model Context Protocol (<https://modelcontextprotocol.io>). They only read.
//!
//! Each tool asks a command of this program ([`crate::asked`]) and cuts its answer down to what a model needs. One is answered at a
//! time, on a thread of its own; the others wait, and pings are answered meanwhile. No order is placed anywhere, no plan is kept in
//! the diary and no report is written; a backtest alone leaves a trace, because a trial that is not counted would be a lie.

mod answers;
mod arguments;
mod http;
mod tools;

use crate::asked::{Ear, Refusal};
use crate::cli::ConfigArgs;
use crate::error::Error;
use arguments::Wrong;
use clap::Args;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData,
    Implementation, ListToolsResult, PaginatedRequestParams, ProgressNotificationParam,
    ServerCapabilities, ServerConfig,
};
use rmcp::service::{RequestContext, ServerInitializeError};
use rmcp::{RoleServer, ServerHandler, ServiceExt};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tools::Call;

/// Longest answer in bytes of JSON. A model reads some four bytes as a token.
const ANSWER_BYTES_MAX: usize = 200_000;
/// How often a client that asked for it hears how far a call is.
const NEWS_EVERY: Duration = Duration::from_secs(1);
/// What work may take to end after the last client has gone.
const GRACE: Duration = Duration::from_secs(3);

/// What a model is told about all tools together.
const INSTRUCTIONS: &str = "Jarvis2 answers one question for people who sell cash-secured puts and covered calls: what do I do now with this position? \
Start with `plan`; `explain` says why. Every tool reads files of the user's machine by path and none places an order. Without files the embedded synthetic \
sample is used: its answers carry a `watermark`, which must be passed on with any figure. A missing figure reads `n/a (reason)` and is never 0. Quote the \
citations (run, decision, SHA-256) with what you take from an answer. Outcomes `do_nothing` and `abstain` are answers, not failures. A flag in a message, such as --symbol, is the argument of that name.";

#[derive(Debug, Args)]
pub(crate) struct McpArgs {
    /// Listen on this port of this machine (streamable HTTP at /mcp) instead of standard input and output; 0 takes a free one and
    /// says which.
    #[arg(long, value_name = "PORT")]
    http: Option<u16>,
    /// Ask for the token in this file, as `Authorization: Bearer TOKEN`: other users of this machine can reach the port too.
    #[arg(long, value_name = "FILE", requires = "http")]
    token_file: Option<PathBuf>,
    /// Only read files below this folder. May be repeated. Default: every file that you may read.
    #[arg(long, value_name = "DIR")]
    folder: Vec<PathBuf>,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Why a call has no answer.
#[derive(Debug)]
enum Failure {
    /// An argument is wrong.
    Wrong(Wrong),
    /// The command refused.
    Refused(Refusal),
}

impl From<Wrong> for Failure {
    fn from(wrong: Wrong) -> Failure {
        Failure::Wrong(wrong)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Refused(refusal)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Refused(Refusal::from(&error))
    }
}

/// The command.
pub(crate) fn run(args: &McpArgs) -> Result<u8, Error> {
    let folders = args.folder.iter().map(|folder| {
        std::fs::canonicalize(folder).map_err(|error| Error::Io {
            path: folder.clone(),
            why: format!("{error}; --folder needs a folder that is there"),
        })
    });
    let desk = Desk {
        folders: folders.collect::<Result<_, _>>()?,
        config: args.config.clone(),
        turn: Arc::new(Semaphore::new(1)),
    };
    // What is wrong with the configuration is better said now than with every call.
    crate::cli::load(&args.config, Vec::new())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        // Commands run on its threads, and need what a main thread has.
        .thread_stack_size(8 << 20)
        .build()
        .map_err(|error| Error::Internal(error.to_string()))?;
    let served = match args.http {
        Some(port) => runtime.block_on(http::serve(port, args.token_file.as_deref(), desk)),
        None => runtime.block_on(on_standard_input(desk)),
    };
    runtime.shutdown_timeout(GRACE);
    served.map(|()| 0)
}

/// Answers whoever started this program, until they close its input.
async fn on_standard_input(desk: Desk) -> Result<(), Error> {
    let running = match desk.serve(rmcp::transport::stdio()).await {
        Ok(running) => running,
        Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => {
            return Err(Error::Usage(format!(
                "what comes on standard input is not the Model Context Protocol: {error}; `jarvis2 mcp` is started by a client (docs/mcp.md)"
            )));
        }
    };
    match running.waiting().await {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::Internal(error.to_string())),
    }
}

/// Who answers.
#[derive(Clone, Debug)]
struct Desk {
    /// Below which files lie that may be read; empty: anywhere.
    folders: Vec<PathBuf>,
    /// Configuration of every call.
    config: ConfigArgs,
    /// One call at a time.
    turn: Arc<Semaphore>,
}

/// Asks the work to end when nobody waits for it any more.
struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl ServerHandler for Desk {
    fn get_info(&self) -> ServerConfig {
        let mut who = Implementation::new("jarvis2", env!("CARGO_PKG_VERSION"));
        who.title = Some("Jarvis2: decisions for options sellers".to_owned());
        let mut info = ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_instructions(INSTRUCTIONS);
        info.server_info = who;
        info
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = tools::TOOLS.iter().map(tools::Tool::described).collect();
        Ok(ListToolsResult::with_all_items(tools))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let wanted = tools::TOOLS.iter().find(|tool| tool.name == request.name);
        let Some(tool) = wanted else {
            let names: Vec<&str> = tools::TOOLS.iter().map(|tool| tool.name).collect();
            return Err(invalid(&Wrong {
                field: "name".to_owned(),
                value: request.name.as_ref().into(),
                remedy: format!("there is no such tool; one of {}", names.join(", ")),
            }));
        };
        let interrupted = || ErrorData::internal_error("cancelled", None);
        let turn = tokio::select! {
            turn = Arc::clone(&self.turn).acquire_owned() => turn.map_err(|_| interrupted())?,
            () = context.ct.cancelled() => return Err(interrupted()),
        };
        let stop = Arc::new(AtomicBool::new(false));
        let wanted = Wanted(Arc::clone(&stop));
        let ear = Arc::new(Ear::default());
        let call = Call {
            folders: self.folders.clone(),
            config: self.config.clone(),
            stop,
            ear: Arc::clone(&ear),
        };
        let arguments = request.arguments.unwrap_or_default();
        let mut work = tokio::task::spawn_blocking(move || {
            // The next one begins when this one has ended, whether or not anybody waits for its answer.
            let _turn = turn;
            tool.answer(&call, arguments)
        });
        let token = context.meta.get_progress_token();
        let begun = Instant::now();
        let mut news =
            tokio::time::interval_at(tokio::time::Instant::now() + NEWS_EVERY, NEWS_EVERY);
        let answered = loop {
            tokio::select! {
                answered = &mut work => break answered,
                () = context.ct.cancelled(), if !wanted.0.load(Ordering::Relaxed) => {
                    wanted.0.store(true, Ordering::Relaxed);
                }
                _ = news.tick(), if token.is_some() => {
                    let Some(token) = token.clone() else { continue };
                    let (stage, done) = ear.heard();
                    // Stages are not of equal length: seconds are what surely grows.
                    let mut told = ProgressNotificationParam::new(token, begun.elapsed().as_secs_f64());
                    told.message = Some(match stage.is_empty() {
                        true => "begun".to_owned(),
                        false => format!("{stage}, {:.0} % of it", 100.0 * done),
                    });
                    let _ = context.peer.notify_progress(told).await;
                }
            }
        };
        let answered = answered.unwrap_or_else(|error| {
            Err(Error::Internal(format!("the call ended early: {error}")).into())
        });
        let result = match answered {
            Ok((text, value)) => given(text, value),
            Err(Failure::Wrong(wrong)) => return Err(invalid(&wrong)),
            Err(Failure::Refused(refusal)) => refused(&refusal),
        };
        Ok(result.into())
    }
}

/// An answer: the short text first, then the same as the structured answer, for clients that know only text.
fn given(text: String, value: Value) -> CallToolResult {
    let mut result = CallToolResult::structured(value);
    result.content.insert(0, ContentBlock::text(text));
    result
}

/// An argument that is wrong: what, its value, what would be right.
fn invalid(wrong: &Wrong) -> ErrorData {
    ErrorData::invalid_params(
        wrong.to_string(),
        Some(json!({ "field": wrong.field, "value": wrong.value, "remedy": wrong.remedy })),
    )
}

/// A refusal of the command, as the answer of the tool.
fn refused(refusal: &Refusal) -> CallToolResult {
    let value: Value = json!({
        "kind": refusal.kind,
        "message": refusal.message,
        "exit_code": refusal.exit_code,
    });
    let mut result = CallToolResult::structured_error(value);
    result.content = vec![ContentBlock::text(format!(
        "refused ({}, exit code {}): {}",
        refusal.kind, refusal.exit_code, refusal.message
    ))];
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_an_answer_are_those_that_go_out() {
        // Marks and line ends take more room inside a text than outside.
        let rows: Vec<Value> = (0..500)
            .map(|row| json!({ "contract": format!("\"{row}\"\n"), "bid": 1.25 }))
            .collect();
        let (text, value) = ("a \"short\" text\n".to_owned(), json!({ "rows": rows }));
        let counted = tools::bytes_sent(&text, &value);
        let sent = serde_json::to_string(&given(text, value))
            .expect("JSON")
            .len();
        assert!(counted <= sent && sent < counted + 200, "{counted}, {sent}");
    }
}
