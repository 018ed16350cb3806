# frozen_string_literal: true

module Letterbox
  # What somebody wrote into the contact form of the town.
  class Submission
    MAX_TEXT = 4_000

    attr_reader :department, :text

    # +form+ is the decoded body of the request, +departments+ maps the keys of the drop-down list to departments.
    def self.from_form(form, departments)
      new(
        department: departments[field(form, "department")],
        text: field(form, "text")
      )
    end

    def self.field(form, name)
      form[name].to_s.scrub("").strip
    end
    private_class_method :field

    def initialize(department:, text:)
      @department = department
      @text = text
    end

    # The names of the fields that have to be filled in again; empty if the message can be sent.
    def problems
      list = []
      list << :department if department.nil?
      list << :text if text.empty? || text.length > MAX_TEXT
      list
    end
  end
end
