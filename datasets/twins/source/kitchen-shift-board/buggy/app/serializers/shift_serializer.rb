# frozen_string_literal: true

# One shift as the board shows it to a volunteer.
class ShiftSerializer
  def initialize(shift, viewer)
    @shift = shift
    @viewer = viewer
  end

  def as_json(*)
    {
      id: shift.id,
      station: shift.station.name,
      starts_at: shift.starts_at.iso8601,
      ends_at: shift.ends_at.iso8601,
      places: shift.places,
      free_places: [shift.places - signups.size, 0].max,
      volunteers: signups.map { |signup| volunteer_json(signup.volunteer) },
      mine: signups.any? { |signup| signup.volunteer_id == viewer.id },
      note: shift.note.presence
    }
  end

  private

  attr_reader :shift, :viewer

  # In the order in which people signed up.
  def signups
    @signups ||= shift.signups.active.order(:created_at).to_a
  end

  def volunteer_json(volunteer)
    { first_name: volunteer.first_name, new_here: volunteer.first_shift_at.nil? }
  end
end
