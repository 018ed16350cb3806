# frozen_string_literal: true

require "open3"

module Letterbox
  # Hands submissions to the mail server of this machine.
  class Mailroom
    class NotAccepted < StandardError; end

    SENDMAIL = ["/usr/sbin/sendmail", "-i", "-t"].freeze

    def initialize(sender:, command: SENDMAIL)
      @sender = sender
      @command = command
    end

    # +number+ is the one that the citizen sees as a receipt.
    def deliver(submission, number)
      output, status = Open3.capture2e(*@command, stdin_data: message(submission, number))
      raise NotAccepted, "#{number}: #{output.strip}" unless status.success?
    end

    private

    def message(submission, number)
      head = headers(submission, number).map { |name, value| "#{name}: #{value}\n" }.join
      "#{head}\n#{[body(submission)].pack('m')}"
    end

    def body(submission)
      return submission.text if submission.reply_to

      "#{submission.text}\n\n(The writer left no address for an answer.)"
    end

    def headers(submission, number)
      {
        "From" => @sender,
        "To" => submission.department.address,
        "Reply-To" => submission.reply_to,
        "Subject" => "[#{number}] Message to #{submission.department.label}",
        "MIME-Version" => "1.0",
        "Content-Type" => "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding" => "base64"
      }.compact
    end
  end
end
