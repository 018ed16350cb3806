# frozen_string_literal: true

module Api
  # What the board in the hall and the app of the volunteers show.
  class ShiftsController < ApplicationController
    before_action :require_volunteer

    BOARD_DAYS = 14

    def index
      shifts = board_shifts
      shifts = shifts.where(station_id: params[:station_id]) if params[:station_id].present?

      render json: { shifts: shifts.map { |shift| ShiftSerializer.new(shift, current_volunteer).as_json } }
    end

    def update
      shift = current_kitchen.shifts.find(params[:id])
      authorize! :update, shift

      if shift.update(shift_params)
        head :no_content
      else
        render json: { errors: shift.errors.full_messages }, status: :unprocessable_entity
      end
    end

    private

    def board_shifts
      current_kitchen.shifts
                     .where(starts_at: Time.current..BOARD_DAYS.days.from_now)
                     .includes(:station, signups: :volunteer)
                     .order(:starts_at, :id)
    end

    def shift_params
      params.require(:shift).permit(:starts_at, :ends_at, :places, :note)
    end
  end
end
