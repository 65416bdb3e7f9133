//! The contract in Rust's words: what this plugin uses of `agenthost/agent_plugin.h` and
//! `agenthost/ext/timer.h`, ABI 1.0. The headers say what everything means.
#![allow(non_camel_case_types)]

use std::os::raw::c_void;

pub const ABI_MAJOR: u32 = 1;

pub type Status = i32;
pub const OK: Status = 0;
pub const INVALID: Status = 3;
pub const NOT_FOUND: Status = 5;
pub const DENIED: Status = 7;
pub const UNSUPPORTED: Status = 12;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct agent_str {
    pub data: *const u8,
    pub size: usize,
}

impl agent_str {
    /// Borrowed from `text`: valid as long as that is.
    pub fn of(text: &str) -> Self {
        agent_str { data: text.as_ptr(), size: text.len() }
    }

    /// # Safety
    /// What the host passed must still be valid, which is until the call that passed it returns.
    pub unsafe fn bytes<'a>(self) -> &'a [u8] {
        if self.data.is_null() { &[] } else { std::slice::from_raw_parts(self.data, self.size) }
    }
}

#[repr(C)]
pub struct agent_bytes {
    pub data: *const u8,
    pub size: usize,
    pub owner: *mut c_void,
    pub release: Option<unsafe extern "C" fn(*mut agent_bytes)>,
}

unsafe extern "C" fn release_string(bytes: *mut agent_bytes) {
    drop(Box::from_raw((*bytes).owner as *mut String));
}

impl agent_bytes {
    /// For the host, which releases it.
    pub fn give(text: String) -> Self {
        let owner = Box::new(text);
        let (data, size) = (owner.as_ptr(), owner.len());
        agent_bytes { data, size, owner: Box::into_raw(owner) as *mut c_void, release: Some(release_string) }
    }

    pub fn constant(text: &'static str) -> Self {
        agent_bytes { data: text.as_ptr(), size: text.len(), owner: std::ptr::null_mut(), release: None }
    }
}

/// Handles of the host: never looked into.
pub enum agent_host {}
pub enum agent_task {}

#[repr(C)]
pub struct agent_node_call {
    pub struct_size: u32,
    pub attempt: u32,
    pub node: agent_str,
    pub state: agent_str,
    pub config: agent_str,
}

#[repr(C)]
pub struct agent_reply {
    pub struct_size: u32,
    pub status: Status,
    pub text: agent_str,
    pub body: agent_str,
}

#[repr(C)]
pub struct agent_host_api {
    pub struct_size: u32,
    pub abi_minor: u32,
    pub get_extension: unsafe extern "C" fn(*mut agent_host, agent_str) -> *const c_void,
    pub log: unsafe extern "C" fn(*mut agent_host, i32, agent_str),
    pub complete: unsafe extern "C" fn(*mut agent_task, Status, *mut agent_bytes) -> Status,
    pub fail: unsafe extern "C" fn(*mut agent_task, Status, agent_str, agent_str) -> Status,
    pub emit: unsafe extern "C" fn(*mut agent_task, agent_str, agent_str) -> Status,
    pub interrupt: unsafe extern "C" fn(*mut agent_task, agent_str, *mut agent_bytes) -> Status,
    pub deadline_ns: unsafe extern "C" fn(*mut agent_task) -> u64,
    pub is_cancelled: unsafe extern "C" fn(*mut agent_task) -> i32,
}

/// `P` and `G` are the plugin's own `agent_plugin` and `agent_graph`.
#[repr(C)]
pub struct agent_plugin_api<P: 'static, G: 'static> {
    pub struct_size: u32,
    pub reserved: u32,
    pub describe: unsafe extern "C" fn(*mut P, *mut agent_bytes) -> Status,
    pub create_graph: unsafe extern "C" fn(*mut P, agent_str, agent_str, *mut *mut G, *mut agent_bytes) -> Status,
    pub destroy_graph: unsafe extern "C" fn(*mut G),
    pub start_node: unsafe extern "C" fn(*mut G, *mut agent_task, *const agent_node_call) -> Status,
    pub on_reply: unsafe extern "C" fn(*mut G, *mut agent_task, u64, *const agent_reply),
    pub route: unsafe extern "C" fn(*mut G, agent_str, agent_str, *mut agent_bytes) -> Status,
    pub cancel: Option<unsafe extern "C" fn(*mut G, *mut agent_task)>,
    pub stop: unsafe extern "C" fn(*mut P) -> Status,
}

#[repr(C)]
pub struct agent_entry_request {
    pub struct_size: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub reserved: u32,
    pub host_api: *const agent_host_api,
    pub host: *mut agent_host,
}

#[repr(C)]
pub struct agent_entry_reply<P: 'static, G: 'static> {
    pub struct_size: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub reserved: u32,
    pub plugin_id: agent_str,
    pub plugin_version: agent_str,
    pub plugin_api: *const agent_plugin_api<P, G>,
    pub plugin: *mut P,
}

#[repr(C)]
pub struct agent_timer_api {
    pub struct_size: u32,
    pub reserved: u32,
    pub sleep: unsafe extern "C" fn(*mut agent_task, u64, u64) -> Status,
    pub now_us: unsafe extern "C" fn(*mut agent_host) -> i64,
}
