// <coroutine> for every supported compiler. clang 14 implements coroutines under their experimental names and
// libstdc++ hides the header from it; this file bridges the two and is the only place that knows. Immutable.
#pragma once

#if defined(__clang__) && __clang_major__ < 15 && !defined(__cpp_impl_coroutine)
// Why no push/pop: the warning is given where a coroutine is written, which is in the plugin's own files.
#pragma clang diagnostic ignored "-Wdeprecated-experimental-coroutine"
#define __cpp_impl_coroutine 201902L
#include <coroutine>
namespace std::experimental {
using std::coroutine_handle;
using std::coroutine_traits;
using std::noop_coroutine;
using std::suspend_always;
using std::suspend_never;
}  // namespace std::experimental
#else
#include <coroutine>
#endif
