// CurlTransfer: one libcurl easy handle with everything it points to, set up safely and read back as an
// HttpReply. Strand-bound: the TransferLoop's thread.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "host/outbound/transfer_loop.hpp"

namespace agenthost::outbound {

class CurlTransfer {
 public:
  CurlTransfer(Transfer transfer, TransferEvents events);
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  [[nodiscard]] CURL* handle() const { return handle_.get(); }
  // Calls events.done with what libcurl's verdict means.
  void finish(CURLcode code);

 private:
  struct FreeEasy {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t on_connect(void* self, curlsocktype purpose, curl_sockaddr* address);
  bool take_header_line(std::string_view line);
  bool take_body(std::string_view piece);
  void add_headers();
  void set_options();
  void set_method();
  void keep_public();
  [[nodiscard]] TransferFailure failure(CURLcode code) const;

  Transfer transfer_;
  TransferEvents events_;
  HttpReply reply_;
  std::size_t header_bytes_ = 0;
  bool too_large_ = false;
  bool address_refused_ = false;
  bool address_taken_ = false;
  char error_[CURL_ERROR_SIZE] = {};
  // The list and the strings above outlive the handle that points to them.
  std::unique_ptr<curl_slist, FreeList> header_list_;
  std::unique_ptr<CURL, FreeEasy> handle_;
};

}  // namespace agenthost::outbound
