<?php

namespace App\Http\Controllers;

use App\Models\Registration;
use App\Support\Activity;
use Illuminate\Http\RedirectResponse;
use Illuminate\View\View;

class RegistrationController extends Controller
{
    public function show(Registration $registration): View
    {
        $this->authorize('view', $registration);

        return view('registrations.show', ['registration' => $registration->load('camp')]);
    }

    public function cancel(Registration $registration): RedirectResponse
    {
        $this->authorize('cancel', $registration);

        $registration->update(['status' => 'cancelled', 'cancelled_at' => now()]);
        Activity::record('registration.cancelled', $registration);

        return to_route('registrations.show', $registration)->with('notice', __('registrations.cancelled'));
    }
}
