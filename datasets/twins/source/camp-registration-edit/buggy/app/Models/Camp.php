<?php

namespace App\Models;

use Carbon\CarbonImmutable;
use Illuminate\Database\Eloquent\Model;
use Illuminate\Database\Eloquent\Relations\HasMany;

/**
 * @property string $name
 * @property string $timezone where the camp is, for example "America/Vancouver"
 * @property CarbonImmutable $starts_on
 * @property CarbonImmutable $ends_on
 */
class Camp extends Model
{
    protected $fillable = ['name', 'timezone', 'starts_on', 'ends_on', 'places'];

    protected $casts = [
        'starts_on' => 'immutable_date',
        'ends_on' => 'immutable_date',
        'places' => 'integer',
    ];

    public function registrations(): HasMany
    {
        return $this->hasMany(Registration::class);
    }

    public function isOver(): bool
    {
        return $this->ends_on->toDateString() < now($this->timezone)->toDateString();
    }

    /** Six in the evening before the first day, when the cook and the drivers get their lists. */
    public function changesCloseAt(): CarbonImmutable
    {
        return $this->starts_on->subDay()->setTime(18, 0);
    }

    public function acceptsChanges(): bool
    {
        return now()->isBefore($this->changesCloseAt());
    }
}
