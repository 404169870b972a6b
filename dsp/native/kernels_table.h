// The table of one instruction set's kernels; its includer has said which by KERNELS and KERNELS_NAME.
#include "block_kernel.h"
#include "dtmf_kernel.h"
#include "g711_kernel.h"
#include "kernels.h"
#include "mix_kernel.h"
#include "progress_kernel.h"
#include "tone_bank_kernel.h"

const struct kernels KERNELS = {
    .name = KERNELS_NAME,
    .decode = g711_decode_kernel,
    .encode = g711_encode_kernel,
    .copy = copy_block,
    .add = add,
    .add_scaled = add_scaled,
    .clip = clip,
    .dtmf = dtmf_run,
    .bank = measure_bank,
    .measure = measure_frequencies,
};
