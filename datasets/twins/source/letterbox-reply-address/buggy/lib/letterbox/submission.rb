# frozen_string_literal: true

module Letterbox
  # What somebody wrote into the contact form of the town.
  class Submission
    MAX_TEXT = 4_000
    MAX_ADDRESS = 254
    ADDRESS = /^[\w.+'-]+@[\w-]+(?:\.[\w-]+)+$/

    # +reply_to+ is nil if the writer does not want to be answered.
    attr_reader :department, :text, :reply_to

    # +form+ is the decoded body of the request, +departments+ maps the keys of the drop-down list to departments.
    def self.from_form(form, departments)
      reply_to = field(form, "reply_to")
      new(
        department: departments[field(form, "department")],
        text: field(form, "text"),
        reply_to: reply_to.empty? ? nil : reply_to
      )
    end

    def self.field(form, name)
      form[name].to_s.scrub("").strip
    end
    private_class_method :field

    def initialize(department:, text:, reply_to: nil)
      @department = department
      @text = text
      @reply_to = reply_to
    end

    # The names of the fields that have to be filled in again; empty if the message can be sent.
    def problems
      list = []
      list << :department if department.nil?
      list << :text if text.empty? || text.length > MAX_TEXT
      list << :reply_to if reply_to && !address?(reply_to)
      list
    end

    private

    def address?(value)
      value.length <= MAX_ADDRESS && ADDRESS.match?(value)
    end
  end
end
