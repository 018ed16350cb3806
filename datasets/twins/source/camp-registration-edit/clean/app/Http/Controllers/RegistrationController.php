<?php

namespace App\Http\Controllers;

use App\Http\Requests\UpdateRegistrationRequest;
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

    public function edit(Registration $registration): View
    {
        $this->authorize('update', $registration);

        return view('registrations.edit', [
            'registration' => $registration->load('camp'),
            'shirts' => UpdateRegistrationRequest::SHIRTS,
            'arrivals' => UpdateRegistrationRequest::ARRIVALS,
        ]);
    }

    public function update(UpdateRegistrationRequest $request, Registration $registration): RedirectResponse
    {
        if (! $registration->camp->acceptsChanges()) {
            return to_route('registrations.show', $registration)->with('notice', __('registrations.too_late'));
        }

        $registration->fill($request->validated());
        $changed = array_keys($registration->getDirty());

        if ($changed !== []) {
            $registration->save();
            Activity::record('registration.updated', $registration, ['fields' => $changed]);
        }

        return to_route('registrations.show', $registration)->with('notice', __('registrations.updated'));
    }

    public function cancel(Registration $registration): RedirectResponse
    {
        $this->authorize('cancel', $registration);

        $registration->update(['status' => 'cancelled', 'cancelled_at' => now()]);
        Activity::record('registration.cancelled', $registration);

        return to_route('registrations.show', $registration)->with('notice', __('registrations.cancelled'));
    }
}
