#include "domain/project.hpp"

#include "domain/json_fields.hpp"

namespace ctm {

Project Project::from_state(const agent::Json& state) {
  return {text_field(state, "project_title"), text_field(state, "project_description"),
          text_field(state, "document_text")};
}

}  // namespace ctm
