<?php

namespace App\Http\Requests;

use Illuminate\Foundation\Http\FormRequest;
use Illuminate\Validation\Rule;

class UpdateRegistrationRequest extends FormRequest
{
    public const SHIRTS = ['116', '128', '140', '152', '164', 'S', 'M', 'L'];

    public const ARRIVALS = ['bus', 'train', 'family'];

    public function authorize(): bool
    {
        return $this->user()->can('update', $this->route('registration'));
    }

    public function rules(): array
    {
        return [
            'emergency_contact' => ['required', 'string', 'max:120'],
            'emergency_phone' => ['required', 'string', 'max:40'],
            'diet' => ['nullable', 'string', 'max:500'],
            'shirt' => ['required', Rule::in(self::SHIRTS)],
            'arrival' => ['required', Rule::in(self::ARRIVALS)],
        ];
    }
}
