<?php

use App\Http\Controllers\CampController;
use App\Http\Controllers\RegistrationController;
use Illuminate\Support\Facades\Route;

Route::get('/', [CampController::class, 'index'])->name('camps.index');
Route::get('/camps/{camp}', [CampController::class, 'show'])->name('camps.show');

Route::middleware('auth')->prefix('registrations/{registration}')->name('registrations.')->group(function () {
    Route::get('/', [RegistrationController::class, 'show'])->name('show');
    Route::get('/edit', [RegistrationController::class, 'edit'])->name('edit');
    Route::put('/', [RegistrationController::class, 'update'])->name('update');
    Route::post('/cancel', [RegistrationController::class, 'cancel'])->name('cancel');
});
