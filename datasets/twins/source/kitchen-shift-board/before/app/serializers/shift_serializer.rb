# frozen_string_literal: true

# One shift as the board shows it.
class ShiftSerializer
  def initialize(shift)
    @shift = shift
  end

  def as_json(*)
    {
      id: shift.id,
      station: shift.station.name,
      starts_at: shift.starts_at.iso8601,
      ends_at: shift.ends_at.iso8601,
      places: shift.places,
      note: shift.note.presence
    }
  end

  private

  attr_reader :shift
end
