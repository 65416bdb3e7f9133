//! echo-rust: the echo agent in Rust. Answers "echo: <content of the last message>", after `delay_ms`.

mod ffi;
mod json;

use std::mem::size_of;
use std::os::raw::c_void;
use std::ptr;

use ffi::*;
use json::{quote, Json};

const GRAPH: &str = "echo_rust";
const NODE: &str = "echo";
const MAX_DELAY_MS: f64 = 86_400_000.0;
const NS_PER_MS: f64 = 1e6;

const DESCRIPTION: &str = concat!(
    r#"{"abi":"1.0","plugin":"echo-rust","version":"1.0.0","graphs":[{"graph_id":"echo_rust","name":"Echo in Rust","#,
    r#""channels":[{"name":"messages","reducer":"messages","initial":[]},{"name":"delay_ms"}],"#,
    r#""nodes":[{"name":"echo"}],"edges":[["__start__","echo"],["echo","__end__"]]}]}"#
);

/// `agent_plugin`: what the host gave at the entry. Made once for each entry and kept to the end of the process.
pub struct Plugin {
    api: &'static agent_host_api,
    timer: Option<&'static agent_timer_api>, // None: not granted
}

/// `agent_graph`.
pub struct Graph {
    plugin: &'static Plugin,
}

impl Plugin {
    fn fail(&self, task: *mut agent_task, status: Status, text: &str) {
        unsafe { (self.api.fail)(task, status, agent_str::of(""), agent_str::of(text)) };
    }

    fn answer(&self, task: *mut agent_task, update: String) {
        unsafe { (self.api.complete)(task, OK, &mut agent_bytes::give(update)) };
    }
}

// ---- The node ----

/// What was said last: the message's content, or the first text part of it.
fn last_text(state: &Json) -> &str {
    let content = state.get("messages").last().get("content");
    let part = match content {
        Json::List(parts) => parts.first().map_or(content, |part| part.get("text")),
        _ => content,
    };
    part.text().unwrap_or("")
}

/// The wait in nanoseconds; None when the channel holds anything but a length of time.
fn delay_ns(state: &Json) -> Option<u64> {
    match state.get("delay_ms") {
        Json::Null => Some(0),
        Json::Number(ms) if (0.0..=MAX_DELAY_MS).contains(ms) => Some((ms * NS_PER_MS) as u64),
        _ => None,
    }
}

fn update_of(state: &Json) -> String {
    let said = quote(&format!("echo: {}", last_text(state)));
    format!(r#"{{"messages":[{{"type":"ai","content":{said}}}]}}"#)
}

fn echo(plugin: &Plugin, task: *mut agent_task, state: &Json) {
    let update = update_of(state);
    match (delay_ns(state), plugin.timer) {
        (Some(0), _) => plugin.answer(task, update),
        (Some(delay), Some(timer)) => wait(plugin, timer, task, delay, update),
        (Some(_), None) => plugin.fail(task, DENIED, "echo-rust: waiting needs agent.timer/1; grant `timer` to it"),
        (None, _) => plugin.fail(task, INVALID, "echo-rust: delay_ms must be 0 to 86400000"),
    }
}

/// The token is the update's address: the reply that brings it back owns it.
fn wait(plugin: &Plugin, timer: &agent_timer_api, task: *mut agent_task, delay: u64, update: String) {
    let token = Box::into_raw(Box::new(update));
    let status = unsafe { (timer.sleep)(task, token as u64, delay) };
    if status != OK {
        drop(unsafe { Box::from_raw(token) });
        plugin.fail(task, status, "echo-rust: the timer refused to wait");
    }
}

// ---- The table ----

unsafe extern "C" fn describe(_: *mut Plugin, out: *mut agent_bytes) -> Status {
    ptr::write(out, agent_bytes::constant(DESCRIPTION));
    OK
}

unsafe extern "C" fn create_graph(
    plugin: *mut Plugin,
    graph_id: agent_str,
    _config: agent_str,
    out: *mut *mut Graph,
    _error: *mut agent_bytes,
) -> Status {
    if graph_id.bytes() != GRAPH.as_bytes() {
        return NOT_FOUND;
    }
    *out = Box::into_raw(Box::new(Graph { plugin: &*plugin }));
    OK
}

unsafe extern "C" fn destroy_graph(graph: *mut Graph) {
    drop(Box::from_raw(graph));
}

unsafe extern "C" fn start_node(graph: *mut Graph, task: *mut agent_task, call: *const agent_node_call) -> Status {
    let (graph, call) = (&*graph, &*call);
    if call.node.bytes() != NODE.as_bytes() {
        return NOT_FOUND;
    }
    match Json::parse(call.state.bytes()) {
        Some(state) => echo(graph.plugin, task, &state),
        None => graph.plugin.fail(task, INVALID, "echo-rust: the state is no JSON"),
    }
    OK
}

unsafe extern "C" fn on_reply(graph: *mut Graph, task: *mut agent_task, token: u64, reply: *const agent_reply) {
    let update = Box::from_raw(token as *mut String);
    let (plugin, reply) = ((*graph).plugin, &*reply);
    if reply.status == OK {
        plugin.answer(task, *update);
    } else {
        plugin.fail(task, reply.status, &String::from_utf8_lossy(reply.text.bytes()));
    }
}

unsafe extern "C" fn route(_: *mut Graph, _: agent_str, _: agent_str, _: *mut agent_bytes) -> Status {
    NOT_FOUND // no conditional edges
}

unsafe extern "C" fn stop(_: *mut Plugin) -> Status {
    OK
}

static API: agent_plugin_api<Plugin, Graph> = agent_plugin_api {
    struct_size: size_of::<agent_plugin_api<Plugin, Graph>>() as u32,
    reserved: 0,
    describe,
    create_graph,
    destroy_graph,
    start_node,
    on_reply,
    route,
    cancel: None, // a cancelled task's timer ends at once, and that is all it waits for
    stop,
};

/// # Safety
/// Called by a host that keeps the contract of agent_plugin.h.
#[no_mangle]
pub unsafe extern "C" fn agent_plugin_entry(
    request: *const agent_entry_request,
    reply: *mut agent_entry_reply<Plugin, Graph>,
) -> Status {
    let (request, reply) = (&*request, &mut *reply);
    reply.abi_major = ABI_MAJOR;
    reply.abi_minor = 0;
    if request.abi_major != ABI_MAJOR {
        return UNSUPPORTED;
    }
    let api = &*request.host_api;
    let timer = (api.get_extension)(request.host, agent_str::of("agent.timer/1")) as *const c_void;
    let plugin = Plugin { api, timer: (timer as *const agent_timer_api).as_ref() };
    reply.plugin_id = agent_str::of("echo-rust");
    reply.plugin_version = agent_str::of("1.0.0");
    reply.plugin_api = &API;
    reply.plugin = Box::into_raw(Box::new(plugin));
    OK
}
