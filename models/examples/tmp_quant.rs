#![allow(warnings, clippy::all)]
use llama_cpp_sys_2 as sys;
use std::ffi::CString;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    sayso_models::ggml::init().unwrap();
    let (i, o) = (CString::new(a[1].as_str()).unwrap(), CString::new(a[2].as_str()).unwrap());
    unsafe {
        let mut p = sys::llama_model_quantize_default_params();
        p.nthread = 2;
        p.allow_requantize = true;
        p.ftype = a[3].parse().unwrap();
        if let Some(t) = a.get(4) {
            p.token_embedding_type = t.parse().unwrap();
            p.output_tensor_type = t.parse().unwrap();
        }
        if a.get(5).is_some() {
            p.pure_ = true;
        }
        println!("{}", sys::llama_model_quantize(i.as_ptr(), o.as_ptr(), &p));
    }
}
